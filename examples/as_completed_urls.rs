//! Loads some pages at once and prints each as it arrives: the first example of Python's
//! documentation, whose `{future: url}` dictionary is a list of `(url, future)` here.
//!
//! The servers are this program's own, on the loopback interface; one of them has no page.

use std::error::Error;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use batteries::concurrent::futures::{ThreadPoolExecutor, as_completed};

fn main() -> Result<(), Box<dyn Error>> {
    let urls = [serve("200 OK", 1024)?, serve("404 Not Found", 0)?, serve("200 OK", 65536)?];

    let pool = ThreadPoolExecutor::new(5)?;
    let mut pages = Vec::new();
    for url in urls {
        let load = url.clone();
        pages.push((url, pool.submit(move || load_url(&load, Duration::from_secs(60)))?));
    }
    let mut stdout = io::stdout().lock();
    for (url, page) in as_completed(pages) {
        match page.result_flat() {
            Ok(page) => writeln!(stdout, "{url} page is {} bytes", page.len())?,
            Err(error) => writeln!(stdout, "{url} failed: {error}")?,
        }
    }
    Ok(())
}

/// Gets a page with as much of HTTP as it takes.
fn load_url(url: &str, timeout: Duration) -> io::Result<String> {
    let mut server = TcpStream::connect(url.trim_start_matches("http://"))?;
    server.set_read_timeout(Some(timeout))?;
    server.write_all(b"GET / HTTP/1.0\r\n\r\n")?;
    let mut reply = String::new();
    server.read_to_string(&mut reply)?;
    match reply.split_once("\r\n\r\n") {
        Some(("HTTP/1.0 200 OK", page)) => Ok(page.to_owned()),
        _ => Err(io::Error::other(reply.trim_end().to_owned())),
    }
}

/// Starts a server for one request and returns its URL.
fn serve(status: &'static str, length: usize) -> io::Result<String> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let url = format!("http://{}", listener.local_addr()?);
    thread::spawn(move || -> io::Result<()> {
        let (mut client, _) = listener.accept()?;
        let mut request = BufReader::new(&client).lines();
        while request.next().transpose()?.is_some_and(|line| !line.is_empty()) {}
        write!(client, "HTTP/1.0 {status}\r\n\r\n{}", "x".repeat(length))
    });
    Ok(url)
}
