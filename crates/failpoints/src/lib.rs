//! Named places where a test ends or delays a program.
//!
//! Only builds with debug assertions have them: in a release build every function here is empty, and the names
//! do not stand in the program (`cargo xtask layers` looks at the sources, `cargo xtask package` at the result).
//!
//! `HAOBAN_FAILPOINTS="submit-before-commit=abort;upload-before-store=abort@3"` ends the program like `kill -9`
//! at the first pass of one place and at the third of another. Any other action is one of the `fail` crate,
//! e.g. `sleep(200)`.

/// The variable that arms places.
pub const VARIABLE: &str = "HAOBAN_FAILPOINTS";

/// The variable asks for something that is not there.
#[derive(Debug, thiserror::Error)]
#[error("{VARIABLE}: `{0}` is not <place>=<action>")]
pub struct NotAnAction(String);

/// Does what was armed for this place.
#[inline]
pub fn reach(name: &'static str) {
    #[cfg(debug_assertions)]
    fail::fail_point!(name);
    #[cfg(not(debug_assertions))]
    let _ = name;
}

/// Arms what the environment names. Nothing in release builds.
///
/// # Errors
/// When the variable cannot be read as `place=action;…`.
pub fn arm() -> Result<(), NotAnAction> {
    #[cfg(debug_assertions)]
    for wish in std::env::var(VARIABLE).unwrap_or_default().split(';').filter(|wish| !wish.is_empty()) {
        let (name, action) = wish.split_once('=').ok_or_else(|| NotAnAction(wish.to_owned()))?;
        match action.strip_prefix("abort") {
            Some("") => abort_at(name, 1)?,
            Some(pass) => {
                let pass = pass.strip_prefix('@').and_then(|pass| pass.parse().ok());
                abort_at(name, pass.ok_or_else(|| NotAnAction(wish.to_owned()))?)?;
            }
            None => fail::cfg(name, action).map_err(|_| NotAnAction(wish.to_owned()))?,
        }
    }
    Ok(())
}

/// Ends the program at the n-th pass, with nothing cleaned up.
#[cfg(debug_assertions)]
fn abort_at(name: &str, pass: u64) -> Result<(), NotAnAction> {
    let passes = std::sync::atomic::AtomicU64::new(0);
    let act = move || {
        if passes.fetch_add(1, std::sync::atomic::Ordering::SeqCst) + 1 == pass {
            std::process::abort();
        }
    };
    fail::cfg_callback(name, act).map_err(|_| NotAnAction(name.to_owned()))
}
