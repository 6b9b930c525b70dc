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
    let mut diagnostic = MietteDiagnostic::new(format!("{}: {}", finding.path, finding.message))
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

/// The line of a finding: the one the reader named, or the one found by walking its path through the text.
fn span(text: &str, finding: &Finding) -> Option<SourceSpan> {
    let line = finding.line.map(|line| line.saturating_sub(1)).or_else(|| line_of(text, &finding.path))?;
    let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
    let row = text.split('\n').nth(line)?;
    let indent = row.len() - row.trim_start().len();
    Some((start + indent, row.trim().len().max(1)).into())
}

/// Follows `pages.2.fields.0.checks` by keys and list dashes; good enough for block YAML.
fn line_of(text: &str, path: &str) -> Option<usize> {
    let rows: Vec<&str> = text.split('\n').collect();
    let mut from = 0;
    let mut found = None;
    for part in path.split('.').filter(|part| !part.is_empty()) {
        let next = match part.parse::<usize>() {
            Ok(index) => nth_dash(&rows, from, index),
            Err(_) => (from..rows.len()).find(|&row| key_of(rows[row]) == Some(part)),
        };
        let Some(next) = next else { break };
        found = Some(next);
        from = if part.parse::<usize>().is_ok() { next } else { next + 1 };
    }
    found
}

fn key_of(row: &str) -> Option<&str> {
    let row = row.trim_start().trim_start_matches("- ").trim_start_matches("{ ");
    row.split_once(':').map(|(key, _)| key)
}

/// The row of an entry of the block list that begins at `from`; none when the list is written in one line.
fn nth_dash(rows: &[&str], from: usize, index: usize) -> Option<usize> {
    let dash = |row: &str| row.trim_start().starts_with("- ").then(|| row.len() - row.trim_start().len());
    let first =
        (from..rows.len()).find(|&row| !rows[row].trim().is_empty() && !rows[row].trim_start().starts_with('#'))?;
    let depth = dash(rows[first])?;
    (first..rows.len()).filter(|&row| dash(rows[row]) == Some(depth)).nth(index)
}
