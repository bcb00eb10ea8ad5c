//! Words of a page: one line of them, with links, marks and stress inside. No markup.

use serde::Serialize;

use crate::report::charts::CellState;

/// Words in one line.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Text {
    spans: Vec<Span>,
}

/// A stretch of words of one kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Span {
    Plain {
        words: String,
    },
    Strong {
        words: String,
    },
    /// A name or number that a program made, such as the id of a run.
    Code {
        words: String,
    },
    Link {
        words: String,
        to: Address,
    },
    Mark(Mark),
}

/// A sign with its words, such as a verdict. The words are always there, to be seen or to be heard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mark {
    /// Name of the sign in the style sheet.
    pub sign: &'static str,
    pub words: String,
    /// Whether the words stand beside the sign. If not, they are for those who do not see it.
    pub shown: bool,
    pub to: Option<Address>,
}

impl Mark {
    /// A sign with its words beside it.
    pub fn new(state: CellState, words: impl Into<String>) -> Self {
        Self { sign: state.sign(), words: words.into(), shown: true, to: None }
    }

    /// A sign alone, with words for those who do not see it.
    pub fn alone(state: CellState, words: impl Into<String>) -> Self {
        Self { shown: false, ..Self::new(state, words) }
    }

    /// The same as a link; `None` leaves it without.
    #[must_use]
    pub fn linked(self, to: Option<Address>) -> Self {
        Self { to, ..self }
    }
}

/// A place in an edition.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Address {
    /// Path of the page inside the edition's folder; empty for the page that the link stands on.
    pub page: String,
    /// Id on that page; empty for its top.
    pub anchor: String,
}

impl Text {
    /// The same words, and more of them.
    #[must_use]
    pub fn and(mut self, words: impl Into<String>) -> Self {
        self.spans.push(Span::Plain { words: words.into() });
        self
    }

    /// The same words, and some that are stressed.
    #[must_use]
    pub fn strong(mut self, words: impl Into<String>) -> Self {
        self.spans.push(Span::Strong { words: words.into() });
        self
    }

    /// The same words, and a name or number that a program made.
    #[must_use]
    pub fn code(mut self, words: impl Into<String>) -> Self {
        self.spans.push(Span::Code { words: words.into() });
        self
    }

    /// The same words, and a link.
    #[must_use]
    pub fn link(mut self, words: impl Into<String>, to: Address) -> Self {
        self.spans.push(Span::Link { words: words.into(), to });
        self
    }

    /// The same words, and some that are a link where they lead anywhere.
    #[must_use]
    pub fn link_if(self, words: impl Into<String>, to: Option<Address>) -> Self {
        match to {
            Some(to) => self.link(words, to),
            None => self.and(words),
        }
    }

    /// The same words, and a mark.
    #[must_use]
    pub fn mark(mut self, mark: Mark) -> Self {
        self.spans.push(Span::Mark(mark));
        self
    }

    /// The words alone.
    pub fn plain(&self) -> String {
        self.spans.iter().map(Span::words).collect()
    }

    /// Whether there are no words.
    pub fn is_empty(&self) -> bool {
        self.spans.iter().all(|span| span.words().is_empty())
    }
}

impl Span {
    fn words(&self) -> &str {
        match self {
            Self::Plain { words } | Self::Strong { words } | Self::Code { words } | Self::Link { words, .. } => words,
            Self::Mark(mark) => &mark.words,
        }
    }
}

impl<W: Into<String>> From<W> for Text {
    fn from(words: W) -> Self {
        Self::default().and(words)
    }
}

impl Address {
    /// The top of a page.
    pub fn page(path: impl Into<String>) -> Self {
        Self { page: path.into(), anchor: String::new() }
    }

    /// A place on the page that the link stands on.
    pub fn here(anchor: impl Into<String>) -> Self {
        Self { page: String::new(), anchor: anchor.into() }
    }

    /// A place on a page.
    pub fn on(page: impl Into<String>, anchor: impl Into<String>) -> Self {
        Self { page: page.into(), anchor: anchor.into() }
    }
}

/// A term and what it says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fact {
    pub term: String,
    pub text: Text,
}

impl Fact {
    /// A term and what it says.
    pub fn new(term: impl Into<String>, text: impl Into<Text>) -> Self {
        Self { term: term.into(), text: text.into() }
    }
}
