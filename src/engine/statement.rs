//! Looks at a statement's text before it is parsed. It understands no SQL beyond words and signs.

use datafusion::sql::sqlparser::dialect::GenericDialect;
use datafusion::sql::sqlparser::tokenizer::{Token, Tokenizer};

use super::{EngineError, Query};

/// Words and signs of the longest statement. Parts that follow each other (`a + b + c`, `UNION ALL`) are held nested, and
/// every level takes room on the stack of the thread that plans it (see [`STACK_BYTES`](super::STACK_BYTES)); the time for
/// planning grows with the square of their number.
const MOST_TOKENS: usize = 5_000;

/// Refuses a statement that is too long to be planned. One that has no words is left to the parser, which says why.
pub(super) fn check_length(query: &Query<'_>) -> Result<(), EngineError> {
    let tokens = Tokenizer::new(&GenericDialect {}, query.sql).tokenize().unwrap_or_default();
    let found = tokens.iter().filter(|token| !matches!(token, Token::Whitespace(_))).count();
    if found > MOST_TOKENS {
        return Err(EngineError::TooLong { query: query.name.to_owned(), found, most: MOST_TOKENS });
    }
    Ok(())
}
