//! Looks at a statement's text before it is parsed. It understands no SQL beyond words and signs.

use datafusion::sql::sqlparser::dialect::GenericDialect;
use datafusion::sql::sqlparser::tokenizer::{Token, Tokenizer};

use super::{EngineError, Query};

/// Words and signs of the longest statement. Parts that follow each other (`a + b + c`, `UNION ALL`) are held nested, and
/// every level takes room on the stack of the thread that plans it (see [`STACK_BYTES`](super::STACK_BYTES)); the time for
/// planning grows with the square of their number.
const MOST_TOKENS: usize = 5_000;

/// Signs of arithmetic and of joined texts in the longest statement. Their chains take the most time of all: 1,000 take about
/// three seconds, and 2,400 half a minute.
const MOST_SIGNS: usize = 1_000;

/// Refuses a statement that is too long to be planned. One that has no words is left to the parser, which says why.
pub(super) fn check_length(query: &Query<'_>) -> Result<(), EngineError> {
    let tokens = Tokenizer::new(&GenericDialect {}, query.sql).tokenize().unwrap_or_default();
    let found = tokens.iter().filter(|token| !matches!(token, Token::Whitespace(_))).count();
    if found > MOST_TOKENS {
        return Err(EngineError::TooLong {
            query: query.name.to_owned(),
            found,
            of: "words and signs",
            most: MOST_TOKENS,
        });
    }
    let found = tokens.iter().filter(|token| is_sign_of_arithmetic(token)).count();
    if found > MOST_SIGNS {
        let of = "signs such as + and ||";
        return Err(EngineError::TooLong { query: query.name.to_owned(), found, of, most: MOST_SIGNS });
    }
    Ok(())
}

fn is_sign_of_arithmetic(token: &Token) -> bool {
    matches!(token, Token::Plus | Token::Minus | Token::Mul | Token::Div | Token::Mod | Token::StringConcat)
}
