//! A TCP proxy in front of the platform that breaks connections in the ways networks do.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU16, AtomicU64, Ordering},
    },
};

use parking_lot::Mutex;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

/// What happens to connections from now on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// Nothing.
    None,
    /// New connections are refused by closing them at once, open ones are cut.
    Down,
    /// Each connection is cut after this many bytes from the client.
    CutAfter(u64),
    /// Requests arrive, answers are swallowed: the platform commits, the client never hears.
    SwallowAnswers,
}

/// The proxy.
pub struct ChaosProxy {
    address: SocketAddr,
    to_port: Arc<AtomicU16>,
    trouble: Arc<Mutex<Trouble>>,
    carried: Arc<AtomicU64>,
    cuts: Arc<AtomicU64>,
    connections: Arc<Mutex<Vec<JoinHandle<()>>>>,
    task: JoinHandle<()>,
}

impl ChaosProxy {
    /// Starts one in front of a port of this machine.
    ///
    /// # Errors
    /// When no port can be had.
    pub async fn start(to_port: u16) -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let trouble = Arc::new(Mutex::new(Trouble::None));
        let carried = Arc::new(AtomicU64::new(0));
        let connections = Arc::new(Mutex::new(Vec::new()));
        let cuts = Arc::new(AtomicU64::new(0));
        let to_port = Arc::new(AtomicU16::new(to_port));
        let line =
            Line { to_port: to_port.clone(), trouble: trouble.clone(), carried: carried.clone(), cuts: cuts.clone() };
        let task = tokio::spawn(accept(listener, line, connections.clone()));
        Ok(Self { address, to_port, trouble, carried, cuts, connections, task })
    }

    /// Address to give the client, no slash at the end.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Changes the weather. `Down` also cuts what is open.
    pub fn set(&self, trouble: Trouble) {
        *self.trouble.lock() = trouble;
        if trouble == Trouble::Down {
            for connection in self.connections.lock().drain(..) {
                connection.abort();
            }
        }
    }

    /// Leads new connections to another port.
    pub fn redirect(&self, to_port: u16) {
        self.to_port.store(to_port, Ordering::SeqCst);
    }

    /// Its own port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Bytes carried from the client to the platform so far.
    #[must_use]
    pub fn carried(&self) -> u64 {
        self.carried.load(Ordering::SeqCst)
    }

    /// Connections cut in the middle by [`Trouble::CutAfter`] or [`Trouble::SwallowAnswers`] so far.
    #[must_use]
    pub fn cuts(&self) -> u64 {
        self.cuts.load(Ordering::SeqCst)
    }
}

impl Drop for ChaosProxy {
    fn drop(&mut self) {
        self.task.abort();
        self.set(Trouble::Down);
    }
}

/// What a connection is carried over.
#[derive(Clone)]
struct Line {
    to_port: Arc<AtomicU16>,
    trouble: Arc<Mutex<Trouble>>,
    carried: Arc<AtomicU64>,
    cuts: Arc<AtomicU64>,
}

async fn accept(listener: TcpListener, line: Line, connections: Arc<Mutex<Vec<JoinHandle<()>>>>) {
    while let Ok((client, _)) = listener.accept().await {
        if *line.trouble.lock() == Trouble::Down {
            continue;
        }
        let line = line.clone();
        let connection = tokio::spawn(async move {
            // A cut connection is what this is for; its error says nothing new.
            let _ = carry(client, &line).await;
        });
        let mut open = connections.lock();
        open.retain(|connection| !connection.is_finished());
        open.push(connection);
    }
}

async fn carry(mut client: TcpStream, line: &Line) -> std::io::Result<()> {
    let mut platform = TcpStream::connect(("127.0.0.1", line.to_port.load(Ordering::SeqCst))).await?;
    let (mut up, mut down) = (vec![0_u8; 16 * 1024], vec![0_u8; 16 * 1024]);
    let mut sent = 0_u64;
    loop {
        let weather = *line.trouble.lock();
        tokio::select! {
            read = client.read(&mut up) => {
                let mut n = read?;
                if n == 0 { return Ok(()); }
                if let Trouble::CutAfter(limit) = weather {
                    n = n.min(usize::try_from(limit.saturating_sub(sent)).unwrap_or(usize::MAX));
                }
                platform.write_all(&up[..n]).await?;
                sent += n as u64;
                line.carried.fetch_add(n as u64, Ordering::SeqCst);
                if matches!(weather, Trouble::CutAfter(limit) if sent >= limit) {
                    line.cuts.fetch_add(1, Ordering::SeqCst);
                    return Ok(());
                }
            }
            read = platform.read(&mut down) => {
                let n = read?;
                if n == 0 { return Ok(()); }
                // The platform has answered, so it has committed; the client must not hear of it.
                if *line.trouble.lock() == Trouble::SwallowAnswers {
                    line.cuts.fetch_add(1, Ordering::SeqCst);
                    return Ok(());
                }
                client.write_all(&down[..n]).await?;
            }
        }
    }
}
