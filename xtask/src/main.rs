//! The project's own task runner: `cargo xtask run`, `cargo xtask test` and what they are made of.

mod bench;
mod ci;
mod faults;
mod icons;
mod install;
mod layers;
mod mutations;
mod package;
mod place;
mod room;
mod run;
mod running;
mod shell;
mod shots;
mod test;
mod types;
mod ui;

use std::process::ExitCode;

const HELP: &str = "\
cargo xtask <task>

  run            install what is missing, build, start the platform with the demo city and open the app
                 (without a display: serve the app to a browser and print the address)
                 run --built: start what was built before, without installing or building
  test           run every test there is, installing what tests need
                 test <suite>…   only: rust ui journeys faults browser shell
  ci             what the gate runs: formatting, lints, layers, generated files, every test, the package's contents
  gen            write the generated TypeScript, the window's command permissions and docs/API.md
  layers         check who imports whom
  faults         kill programs, cut lines and power, fill disks; print what was counted (--long: the long forms)
                 faults <rig>…   only those whose name contains one of the words
  mutations      take each protection away and see that a test notices
                 mutations <word>…   only those whose name contains one of the words
  bench          print the measured ratios
  shots          take screenshots of every page in every mode into shots/
  icons          draw every picture of the icon from icons/icon.svg
  package        build the .deb, look through it and check its size
                 package --check: look through one made of the debug build, in seconds
";

fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    let task = words.next().unwrap_or_default();
    let rest: Vec<String> = words.collect();
    let done = match task.as_str() {
        "run" => run::run(&rest),
        "test" => test::test(&rest),
        "ci" => ci::ci(),
        "gen" => types::generate(),
        "layers" => layers::check(),
        "faults" => faults::faults(&rest),
        "mutations" => mutations::mutations(&rest),
        "bench" => bench::bench(&rest),
        "shots" => shots::shots(&rest),
        "icons" => icons::generate(),
        "package" => package::package(&rest),
        _ => {
            eprint!("{HELP}");
            return if task.is_empty() || task == "help" { ExitCode::SUCCESS } else { ExitCode::from(2) };
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\n{task}: {error:#}");
            ExitCode::FAILURE
        }
    }
}
