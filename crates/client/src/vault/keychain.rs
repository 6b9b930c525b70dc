//! The OS keychain behind the `Keychain` port.
