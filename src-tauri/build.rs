//! Puts every command under the access control: a command that is not declared here cannot be granted to a window.

fn main() {
    println!("cargo:rerun-if-changed=../crates/wire/src/commands.rs");
    let manifest = tauri_build::AppManifest::new().commands(haoban_wire::COMMAND_NAMES);
    if let Err(error) = tauri_build::try_build(tauri_build::Attributes::new().app_manifest(manifest)) {
        println!("cargo:warning={error:#}");
        std::process::exit(1);
    }
}
