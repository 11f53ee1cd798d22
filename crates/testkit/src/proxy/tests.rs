//! The proxy before a server that says everything back.

use super::*;

/// A server that says back what it hears, on every connection.
fn echo() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let (mut from, mut to) = {
                let s = stream.unwrap();
                (s.try_clone().unwrap(), s)
            };
            std::thread::spawn(move || io::copy(&mut from, &mut to));
        }
    });
    port
}

/// A message as PostgreSQL's clients send them, the first of a connection.
fn message(text: &[u8]) -> Vec<u8> {
    let length = u32::try_from(text.len() + 4).unwrap();
    [&length.to_be_bytes()[..], text].concat()
}

/// Says it and hears it again, if it comes in time.
fn say(stream: &TcpStream, message: &[u8], patience: Duration) -> io::Result<()> {
    let (mut to, mut from) = (stream, stream);
    from.set_read_timeout(Some(patience)).unwrap();
    to.write_all(message)?;
    let mut heard = vec![0; message.len()];
    from.read_exact(&mut heard)?;
    assert_eq!(heard, message);
    Ok(())
}

const LONG: Duration = Duration::from_secs(30);
const SHORT: Duration = Duration::from_millis(300);

#[test]
fn bytes_come_later() {
    let proxy = Proxy::before(echo());
    for way in [Way::ToServer, Way::ToClient] {
        proxy.delay(way, Duration::from_millis(50), Duration::from_millis(10));
    }
    let stream = TcpStream::connect(("127.0.0.1", proxy.port())).unwrap();
    let began = Instant::now();
    say(&stream, &message(b"first"), LONG).unwrap();
    assert!(began.elapsed() >= Duration::from_millis(80), "{:?}", began.elapsed());
}

#[test]
fn a_stall_keeps_what_is_said() {
    let proxy = Proxy::before(echo());
    let stream = TcpStream::connect(("127.0.0.1", proxy.port())).unwrap();
    say(&stream, &message(b"first"), LONG).unwrap();
    proxy.stall();
    let typed = [b"Q", &message(b"second")[..]].concat();
    assert!(say(&stream, &typed, SHORT).is_err(), "it came through");
    let new = TcpStream::connect(("127.0.0.1", proxy.port())).unwrap();
    assert!(say(&new, &message(b"first"), SHORT).is_err(), "it came through");
    proxy.go_on();
    let mut heard = vec![0; typed.len()];
    stream.set_read_timeout(Some(LONG)).unwrap();
    (&stream).read_exact(&mut heard).unwrap();
    assert_eq!(heard, typed);
}

#[test]
fn what_is_cut_ends_and_what_is_closed_does_not_begin() {
    let proxy = Proxy::before(echo());
    let connect = || TcpStream::connect(("127.0.0.1", proxy.port())).unwrap();
    let stream = connect();
    say(&stream, &message(b"first"), LONG).unwrap();
    proxy.stall();
    proxy.cut();
    let typed = [b"Q", &message(b"second")[..]].concat();
    assert!(say(&stream, &typed, LONG).is_err(), "it is not cut");
    proxy.close();
    proxy.go_on();
    assert!(say(&connect(), &message(b"first"), LONG).is_err(), "it is not closed");
    proxy.open();
    say(&connect(), &message(b"first"), LONG).unwrap();
}
