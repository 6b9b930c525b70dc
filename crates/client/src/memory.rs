//! What was typed is in memory in the clear; it stays there.

/// Keeps the system from writing the memory of this process, and of those it starts (the page's own among them), to the
/// disk when one of them ends badly. Call it first.
pub fn leave_no_dump() {
    // One byte and not none: a program that collects dumps (`core_pattern` with a pipe) is still called at none, and is
    // not at one (core(5)).
    #[cfg(unix)]
    if let Err(error) = nix::sys::resource::setrlimit(nix::sys::resource::Resource::RLIMIT_CORE, 1, 1) {
        tracing::warn!(%error, "the system may write a picture of the memory to the disk");
    }
}
