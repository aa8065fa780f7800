//! Receivers on real sockets that answer as they are told.

use std::{
    collections::VecDeque,
    net::Ipv4Addr,
    sync::{Arc, Mutex, PoisonError},
};

use serde_json::Value;
use tokio::{
    io::{AsyncWriteExt, BufReader},
    net::TcpListener,
    sync::watch,
};

use super::world::PATIENCE;
use crate::client::tests::read_request;

/// A receiver: what it answers next, the last for ever, and what it was sent.
#[derive(Clone)]
pub(super) struct Receiver {
    pub(super) port: u16,
    received: watch::Sender<Vec<Value>>,
    answers: Arc<Mutex<VecDeque<u16>>>,
    /// Requests about people whose names begin so are not answered; those about anybody, if it is empty.
    held: watch::Sender<Option<String>>,
}

impl Receiver {
    /// One that answers with these statuses, the last one for ever.
    pub(super) async fn answering(answers: &[u16]) -> Receiver {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let answers = Arc::new(Mutex::new(answers.iter().copied().collect()));
        let receiver = Receiver { port, received: watch::Sender::new(Vec::new()), answers, held: watch::Sender::new(None) };
        let own = receiver.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let receiver = own.clone();
                tokio::spawn(async move { receiver.serve(BufReader::new(stream)).await });
            }
        });
        receiver
    }

    async fn serve(&self, mut stream: BufReader<tokio::net::TcpStream>) -> Option<()> {
        loop {
            let (_, body) = read_request(&mut stream).await?;
            let body: Value = serde_json::from_slice(&body).expect("JSON");
            let who = body["contact"].as_str().unwrap_or_default().to_owned();
            self.received.send_modify(|received| received.push(body));
            let mut held = self.held.subscribe();
            held.wait_for(|held| held.as_deref().is_none_or(|held| !who.starts_with(held))).await.ok()?;
            let status = {
                let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
                if answers.len() > 1 { answers.pop_front() } else { answers.front().copied() }
            };
            let answer = format!("HTTP/1.1 {} X\r\ncontent-length: 2\r\n\r\nok", status.unwrap_or(200));
            stream.write_all(answer.as_bytes()).await.ok()?;
        }
    }

    /// Answers nothing until it is let go.
    pub(super) fn hold(&self, held: bool) {
        self.held.send_replace(held.then(String::new));
    }

    /// Answers nothing about who is called so, and all else.
    pub(super) fn hold_only(&self, name: &str) {
        self.held.send_replace(Some(name.to_owned()));
    }

    /// Answers these from now on.
    pub(super) fn answer(&self, answers: &[u16]) {
        *self.answers.lock().unwrap_or_else(PoisonError::into_inner) = answers.iter().copied().collect();
    }

    /// What was received, once it is so many.
    pub(super) async fn received(&self, count: usize) -> Vec<Value> {
        let mut received = self.received.subscribe();
        let waited = tokio::time::timeout(PATIENCE, received.wait_for(|received| received.len() >= count)).await;
        match waited {
            Ok(found) => found.expect("the receiver lives").clone(),
            Err(_) => panic!("{} of {count} were received", self.received.borrow().len()),
        }
    }

    /// What was received so far.
    pub(super) fn so_far(&self) -> Vec<Value> {
        self.received.borrow().clone()
    }
}
