//! A proxy before an object store that counts requests, and delays, drops or refuses some of them.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What becomes of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    None,
    /// It is passed on late.
    Late,
    /// It is not passed on, and the connection is closed.
    Dropped,
    /// It is passed on, and its answer is lost.
    Lost,
    /// It is not passed on, and answered with this status.
    Refused(u16),
}

type Plan = dyn Fn(Asked<'_>) -> Fault + Send + Sync;

/// A request as a plan sees it.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    /// Counted from one.
    pub number: usize,
    /// Method and path.
    pub line: &'a str,
}

/// A proxy that lives as long as the process of the tests.
pub struct Proxy {
    pub address: String,
    requests: Arc<AtomicUsize>,
    lines: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    /// Passes requests on to `upstream`, such as `127.0.0.1:5000`. The plan is asked for each request.
    pub fn before(upstream: &str, plan: impl Fn(Asked<'_>) -> Fault + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let (requests, lines) = (Arc::new(AtomicUsize::new(0)), Arc::new(Mutex::new(Vec::new())));
        let proxy = Self { address, requests: Arc::clone(&requests), lines: Arc::clone(&lines) };
        let (upstream, plan): (String, Arc<Plan>) = (upstream.to_owned(), Arc::new(plan));
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let (upstream, plan) = (upstream.clone(), Arc::clone(&plan));
                let (requests, lines) = (Arc::clone(&requests), Arc::clone(&lines));
                // A client that goes away in the middle is what some tests are about.
                std::thread::spawn(move || drop(serve(client, &upstream, &*plan, &requests, &lines)));
            }
        });
        proxy
    }

    /// How many requests came in.
    pub fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }

    /// The first line of each request with what became of it.
    pub fn lines(&self) -> Vec<String> {
        self.lines.lock().unwrap().clone()
    }
}

fn serve(
    mut client: TcpStream,
    upstream: &str,
    plan: &Plan,
    requests: &AtomicUsize,
    lines: &Mutex<Vec<String>>,
) -> std::io::Result<()> {
    let Some(request) = Request::read(&mut client)? else { return Ok(()) };
    let number = requests.fetch_add(1, Ordering::SeqCst) + 1;
    let fault = plan(Asked { number, line: request.first_line() });
    lines.lock().unwrap().push(format!("{fault:?} {}", request.first_line()));
    match fault {
        Fault::Dropped => return client.shutdown(Shutdown::Both),
        Fault::Refused(status) => {
            write!(client, "HTTP/1.1 {status} trouble\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")?;
            return client.shutdown(Shutdown::Both);
        }
        Fault::Late => std::thread::sleep(Duration::from_millis(300)),
        Fault::None | Fault::Lost => {}
    }
    let mut server = TcpStream::connect(upstream)?;
    server.write_all(&request.for_one_answer())?;
    let mut answer = Vec::new();
    server.read_to_end(&mut answer)?;
    if fault != Fault::Lost {
        client.write_all(&answer)?;
    }
    client.shutdown(Shutdown::Both)
}

/// A request as it came in.
struct Request {
    head: String,
    body: Vec<u8>,
}

impl Request {
    /// `None` where the client has closed the connection.
    fn read(client: &mut TcpStream) -> std::io::Result<Option<Self>> {
        let mut bytes = Vec::new();
        let mut part = [0; 8 * 1024];
        let end = loop {
            if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
                break end + 4;
            }
            match client.read(&mut part)? {
                0 => return Ok(None),
                read => bytes.extend_from_slice(&part[..read]),
            }
        };
        let mut body = bytes.split_off(end);
        let head = String::from_utf8(bytes).unwrap();
        let length = head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().unwrap())
        });
        assert!(!head.to_lowercase().contains("transfer-encoding"), "requests have a length: {head}");
        while body.len() < length.unwrap_or(0) {
            match client.read(&mut part)? {
                0 => return Ok(None),
                read => body.extend_from_slice(&part[..read]),
            }
        }
        Ok(Some(Self { head, body }))
    }

    fn first_line(&self) -> &str {
        self.head.lines().next().unwrap_or_default()
    }

    /// The same, for a server that closes the connection after its answer.
    fn for_one_answer(&self) -> Vec<u8> {
        let lines = self.head.trim_end().lines().filter(|line| !line.to_lowercase().starts_with("connection:"));
        let mut bytes = lines.collect::<Vec<_>>().join("\r\n").into_bytes();
        bytes.extend_from_slice(b"\r\nconnection: close\r\n\r\n");
        bytes.extend_from_slice(&self.body);
        bytes
    }
}
