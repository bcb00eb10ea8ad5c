//! Reads how a field is made from a force's raw extract: `preparedFrom`, `preparedBy` and `preparedDomain`.
//! It knows the names of the methods, not what they do.

use super::super::model::{FieldType, Method, Preparation};
use super::super::problem::Problems;
use super::super::problem::is_identifier;
use super::odcs::{FieldProperty, Property};

const METHODS: &str = "keyed_hash, asn_keyed_hash, text_length, asn_valid, pnc_id_valid";

/// The properties as they stand in the file.
#[derive(Default)]
struct Given<'a> {
    from: Option<&'a [String]>,
    by: Option<&'a str>,
    domain: Option<&'a str>,
}

/// The preparation of one field; `None` when it has none, or none that can be used.
pub(super) fn read_preparation(
    property: &Property,
    field_type: FieldType,
    place: &str,
    problems: &mut Problems<'_>,
) -> Option<Preparation> {
    let place = format!("{place}.customProperties");
    let given = read_given(&property.custom_properties, &place, problems);
    let (from, by) = match (given.from, given.by) {
        (Some(from), Some(by)) => (from, by),
        (None, None) if given.domain.is_none() => return None,
        _ => {
            problems.add(place, "preparedFrom and preparedBy go together");
            return None;
        }
    };
    let from_place = format!("{place}.preparedFrom");
    if from.is_empty() {
        problems.add(&from_place, "names no column of the raw extract");
    }
    problems.check_unique(&from_place, from.iter().map(String::as_str));
    if let Some(at) = from.iter().position(|name| name.trim().is_empty()) {
        problems.add(format!("{from_place}[{at}]"), "is empty");
    }
    let method =
        read_method(by, given.domain).map_err(|(key, message)| problems.add(format!("{place}.{key}"), message));
    let method = method.ok()?;
    if method.field_type() != field_type {
        problems.add(format!("{place}.preparedBy"), format!("“{by}” does not make a value of the field's type"));
    }
    Some(Preparation { from: from.to_vec(), method })
}

fn read_given<'a>(properties: &'a [FieldProperty], place: &str, problems: &mut Problems<'_>) -> Given<'a> {
    let mut given = Given::default();
    let mut names = Vec::with_capacity(properties.len());
    for property in properties {
        names.push(match property {
            FieldProperty::From(columns) => {
                given.from = Some(columns);
                "preparedFrom"
            }
            FieldProperty::By(method) => {
                given.by = Some(method);
                "preparedBy"
            }
            FieldProperty::Domain(domain) => {
                given.domain = Some(domain);
                "preparedDomain"
            }
            FieldProperty::MayBeAbsent(_) => "mayBeAbsent",
            FieldProperty::MayLieAhead(_) => "mayLieAhead",
        });
    }
    problems.check_unique(place, names);
    given
}

/// Errors: key and message.
fn read_method(by: &str, domain: Option<&str>) -> Result<Method, (&'static str, String)> {
    let method = match (by, domain) {
        ("keyed_hash" | "asn_keyed_hash", None) => {
            return Err(("preparedDomain", "is missing; say what the references stand for, such as user".to_owned()));
        }
        ("keyed_hash" | "asn_keyed_hash", Some(domain)) if !is_identifier(domain) => {
            return Err((
                "preparedDomain",
                "must be lower-case letters, digits and _, beginning with a letter".to_owned(),
            ));
        }
        ("keyed_hash", Some(domain)) => Method::KeyedHash { domain: domain.to_owned() },
        ("asn_keyed_hash", Some(domain)) => Method::AsnKeyedHash { domain: domain.to_owned() },
        ("text_length", None) => Method::TextLength,
        ("asn_valid", None) => Method::AsnValid,
        ("pnc_id_valid", None) => Method::PncIdValid,
        ("text_length" | "asn_valid" | "pnc_id_valid", Some(_)) => {
            return Err(("preparedDomain", "is only for keyed hashes".to_owned()));
        }
        _ => return Err(("preparedBy", format!("“{by}” is not known; there are: {METHODS}"))),
    };
    Ok(method)
}

#[cfg(test)]
mod tests {
    use super::super::parse_contract;
    use super::*;

    const FILE: &str = "schemas/transactions.odcs.yaml";
    const TRANSACTIONS: &str = include_str!("../../../schemas/transactions.odcs.yaml");
    const ARRESTS: &str = include_str!("../../../schemas/arrest_summons.odcs.yaml");
    const USER: &str = "[user_name]\n          - property: preparedBy\n            value: keyed_hash\n          \
                        - property: preparedDomain\n            value: user\n";

    fn preparations(file: &str, text: &str) -> Vec<(String, Preparation)> {
        let fields = parse_contract(file, text).unwrap().fields;
        fields.into_iter().filter_map(|field| Some((field.name, field.preparation?))).collect()
    }

    /// The problem when the properties of `user_ref` are replaced.
    fn problem(with: &str) -> String {
        assert!(TRANSACTIONS.contains(USER));
        let found = parse_contract(FILE, &TRANSACTIONS.replacen(USER, with, 1)).unwrap_err();
        assert_eq!(found.len(), 1, "{found:?}");
        found[0].to_string().replace("schemas/transactions.odcs.yaml: properties.user_ref.customProperties", "…")
    }

    #[test]
    fn shipped_preparations_are_read() {
        let of = |from: &[&str], method| Preparation { from: from.iter().map(ToString::to_string).collect(), method };
        let expected = [
            ("user_ref".to_owned(), of(&["user_name"], Method::KeyedHash { domain: "user".to_owned() })),
            ("justification_length".to_owned(), of(&["justification"], Method::TextLength)),
        ];
        assert_eq!(preparations(FILE, TRANSACTIONS), expected);
        let report = Method::AsnKeyedHash { domain: "report".to_owned() };
        let expected = [
            ("report_ref".to_owned(), of(&["report_id", "asn"], report)),
            ("identifier_valid".to_owned(), of(&["asn"], Method::AsnValid)),
        ];
        assert_eq!(preparations("schemas/arrest_summons.odcs.yaml", ARRESTS), expected);
        let pnc_id = ARRESTS.replace("value: asn_valid", "value: pnc_id_valid");
        assert_eq!(preparations("schemas/arrest_summons.odcs.yaml", &pnc_id)[1].1.method, Method::PncIdValid);
    }

    #[test]
    fn each_mistake_has_its_message() {
        let by = |method: &str| format!("[user_name]\n          - property: preparedBy\n            value: {method}\n");
        let domain = |method: &str, domain: &str| {
            format!("{}          - property: preparedDomain\n            value: {domain}\n", by(method))
        };
        for (with, message) in [
            ("[user_name]\n".to_owned(), "…: preparedFrom and preparedBy go together"),
            (USER.replace("[user_name]", "[]"), "….preparedFrom: names no column of the raw extract"),
            (USER.replace("[user_name]", "[user_name, ' ']"), "….preparedFrom[1]: is empty"),
            (USER.replace("[user_name]", "[a, a]"), "….preparedFrom[1]: “a” is there twice"),
            (by("keyed_hash"), "….preparedDomain: is missing; say what the references stand for, such as user"),
            (
                domain("keyed_hash", "'A user'"),
                "….preparedDomain: must be lower-case letters, digits and _, beginning with a letter",
            ),
            (domain("text_length", "user"), "….preparedDomain: is only for keyed hashes"),
            (
                by("sha256"),
                "….preparedBy: “sha256” is not known; there are: keyed_hash, asn_keyed_hash, text_length, asn_valid, pnc_id_valid",
            ),
            (by("text_length"), "….preparedBy: “text_length” does not make a value of the field's type"),
            (
                format!("{USER}          - property: preparedDomain\n            value: user\n"),
                "…[3]: “preparedDomain” is there twice",
            ),
        ] {
            assert_eq!(problem(&with), message);
        }
        let unknown = parse_contract(FILE, &TRANSACTIONS.replacen("preparedDomain", "preparedDomian", 1)).unwrap_err();
        assert!(unknown[0].to_string().contains("unknown variant `preparedDomian`"), "{unknown:?}");
    }

    #[test]
    fn every_reference_of_every_shipped_contract_is_replaced_by_a_keyed_hash() {
        let files = crate::definitions::built_in_files();
        let contracts = files.iter().filter(|(path, _)| path.ends_with(".odcs.yaml"));
        for (path, text) in contracts {
            let contract = parse_contract(path, std::str::from_utf8(text).unwrap()).unwrap();
            for field in contract.fields.iter().filter(|field| field.name.ends_with("_ref")) {
                let method = field.preparation.as_ref().map(|preparation| &preparation.method);
                let hashed = matches!(method, Some(Method::KeyedHash { .. } | Method::AsnKeyedHash { .. }));
                assert!(hashed, "{path}: {}", field.name);
            }
        }
    }
}
