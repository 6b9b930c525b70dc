//! Findings for a terminal (with the lines they stand on) or for a machine.

use std::io::Write;

use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteDiagnostic, NamedSource, Report, SourceSpan};

use super::{Finding, Format, PackSource};

/// Writes findings and a closing line.
///
/// # Errors
/// When nothing can be written.
pub fn write(source: &PackSource, findings: &[Finding], format: Format, out: &mut impl Write) -> anyhow::Result<()> {
    match format {
        Format::Json => {
            serde_json::to_writer_pretty(&mut *out, findings)?;
            writeln!(out)?;
        }
        Format::Terminal => {
            for finding in findings {
                writeln!(out, "{}", rendered(source, finding))?;
            }
            let files = source.files.len();
            writeln!(out, "{}: {files} files, {} finding(s)", source.name, findings.len())?;
        }
    }
    Ok(())
}

fn rendered(source: &PackSource, finding: &Finding) -> String {
    let place = if finding.path.is_empty() { String::new() } else { format!("{}: ", finding.path) };
    let mut diagnostic = MietteDiagnostic::new(format!("{place}{}", finding.message))
        .with_code(finding.rule)
        .with_help(finding.remedy.clone());
    let text = source.files.get(&finding.file).cloned().unwrap_or_default();
    if let Some(span) = span(&text, finding) {
        diagnostic = diagnostic.with_label(LabeledSpan::new_with_span(Some("here".to_owned()), span));
    }
    let report = Report::new(diagnostic).with_source_code(NamedSource::new(&finding.file, text));
    let mut page = String::new();
    let handler = GraphicalReportHandler::new_themed(GraphicalTheme::unicode_nocolor()).with_width(100);
    match handler.render_report(&mut page, report.as_ref()) {
        Ok(()) => format!("{}\n{page}", finding.file),
        Err(_) => finding.to_string(),
    }
}

/// The line of a finding.
fn span(text: &str, finding: &Finding) -> Option<SourceSpan> {
    let line = finding.line?.saturating_sub(1);
    let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
    let row = text.split('\n').nth(line)?;
    let indent = row.len() - row.trim_start().len();
    Some((start + indent, row.trim().len().max(1)).into())
}
