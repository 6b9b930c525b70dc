//! Where the platform and the app listen, and the words when they cannot.

use std::{
    io::{Error, ErrorKind},
    net::{SocketAddr, TcpListener},
};

const PLATFORM: &str = "127.0.0.1:8420";
const HOST: &str = "127.0.0.1:8430";

/// The addresses of one run.
pub(super) struct Addresses {
    pub(super) platform: String,
    pub(super) host: String,
    /// Without a display the app is served too.
    served: bool,
}

impl Addresses {
    /// As the environment wants them.
    pub(super) fn wanted(display: bool) -> Self {
        let setting = |name: &str, default: &str| {
            std::env::var(name).ok().filter(|value| !value.is_empty()).unwrap_or_else(|| default.to_owned())
        };
        Self {
            platform: setting("HAOBAN_LISTEN", PLATFORM),
            host: setting("HAOBAN_DEVHOST_LISTEN", HOST),
            served: !display,
        }
    }

    /// Nobody listens there, and we may.
    pub(super) fn are_free(&self) -> anyhow::Result<()> {
        free(&self.platform, "HAOBAN_LISTEN", super::healthy)?;
        if self.served {
            free(&self.host, "HAOBAN_DEVHOST_LISTEN", |_| false)?;
        }
        Ok(())
    }

    /// What the user is told once everything runs.
    pub(super) fn told(&self, display: bool) -> String {
        let Self { platform, host, .. } = self;
        let app = match display {
            true => "the window is open".to_owned(),
            false => format!("http://{host}  ← open this in a browser"),
        };
        format!(
            "\n  app        {app}\n  desk       http://{platform}/desk\n  messages   http://{platform}/demo/messages   (SMS of the demo city)\n\n  \
             residents  13800000001 … 13800000004, officers desk-gjj-center, desk-police-district, …\n  \
             password   haoban-demo-2026\n\n  Ctrl-C ends everything.\n"
        )
    }
}

fn free(address: &str, name: &str, is_ours: impl Fn(&str) -> bool) -> anyhow::Result<()> {
    match TcpListener::bind(address) {
        Ok(_) => Ok(()),
        Err(error) => anyhow::bail!(words(address, name, &error, is_ours)),
    }
}

fn words(address: &str, name: &str, error: &Error, is_ours: impl Fn(&str) -> bool) -> String {
    let other = another(address);
    match error.kind() {
        ErrorKind::AddrInUse if is_ours(address) => format!(
            "Haoban already runs on {address}: use it, or end it where it was started. For a second one beside it, \
             give that an address and a folder of its own: {name}={other} HAOBAN_RUN_DIR=… cargo xtask run"
        ),
        ErrorKind::AddrInUse => format!(
            "{address} is taken by another program: end that one, or choose another address: {name}={other} cargo xtask run"
        ),
        ErrorKind::InvalidInput => format!("{name}={address} is no address; it is written like {PLATFORM}"),
        ErrorKind::PermissionDenied => {
            format!("this user may not listen on {address}: choose a port above 1023: {name}={other} cargo xtask run")
        }
        _ => format!("{address} cannot be used ({error}): choose another address: {name}={other} cargo xtask run"),
    }
}

/// Another address to try: the same machine, a port far from this one and open to everybody.
fn another(address: &str) -> SocketAddr {
    let mut other = address.parse().unwrap_or_else(|_| SocketAddr::from(([127, 0, 0, 1], 8420)));
    let port: u16 = other.port();
    other.set_port(port.checked_add(10_000).unwrap_or_else(|| port - 10_000));
    other
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(address: &str, ours: bool) -> String {
        free(address, "HAOBAN_LISTEN", |_| ours).unwrap_err().to_string()
    }

    #[test]
    fn a_taken_port_is_named_with_a_way_out() {
        let holder = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = holder.local_addr().unwrap();
        let words = refused(&address.to_string(), false);
        assert!(words.starts_with(&format!("{address} is taken by another program")), "{words}");
        assert!(words.contains(&format!("HAOBAN_LISTEN={} cargo xtask run", another(&address.to_string()))), "{words}");
        let words = refused(&address.to_string(), true);
        assert!(words.starts_with(&format!("Haoban already runs on {address}")), "{words}");
        drop(holder);
        free(&address.to_string(), "HAOBAN_LISTEN", |_| false).unwrap();
    }

    #[test]
    fn what_is_no_address_is_said_with_an_example() {
        for wrong in ["8420", "127.0.0.1", "127.0.0.1:port", "127.0.0.1:99999"] {
            assert_eq!(
                refused(wrong, false),
                format!("HAOBAN_LISTEN={wrong} is no address; it is written like 127.0.0.1:8420")
            );
        }
    }

    #[test]
    fn the_other_address_is_on_the_same_machine() {
        for (address, other) in [
            ("127.0.0.1:8420", "127.0.0.1:18420"),
            ("127.0.0.1:60000", "127.0.0.1:50000"),
            ("[::1]:80", "[::1]:10080"),
            ("nonsense", "127.0.0.1:18420"),
        ] {
            assert_eq!(another(address).to_string(), other);
        }
    }
}
