//! Statistical neighbours: the forces most like a force by stated attributes, for want of a supplied group.

use super::arithmetic::median;
use crate::vocabulary::body_id::BodyId;

/// Makes the median absolute deviation comparable with a standard deviation.
const MAD_SCALE: f64 = 1.4826;
/// How many neighbours a force has.
pub const NEIGHBOURS: usize = 7;

/// A force with its attributes, counts such as officers or population, the same ones in every force; `None` where unknown.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    pub code: BodyId,
    pub attributes: Vec<Option<f64>>,
}

/// A neighbour with its distance.
#[derive(Debug, Clone, PartialEq)]
pub struct Neighbour {
    /// Row of the neighbour among the profiles.
    pub row: usize,
    /// Euclidean distance in robust deviations.
    pub distance: f64,
}

/// The neighbours of every force.
#[derive(Debug, Clone, PartialEq)]
pub struct Neighbours {
    /// For each profile its nearest, nearest first; `None` for one that lacks an attribute used, which is also nobody's
    /// neighbour.
    pub nearest: Vec<Option<Vec<Neighbour>>>,
    /// Attributes used, by position. One on which half of the forces or more agree has no spread and is left out.
    pub used: Vec<usize>,
}

/// The `count` nearest of each force: the logarithm of every attribute less its median, divided by 1.4826 times the median absolute
/// deviation; Euclidean distance; ties by code. An attribute of 0 or less counts as unknown. The relation is not symmetric. `None` when no attribute has a spread.
///
/// The work grows with the square of the number of forces, since every pair has a distance.
pub fn neighbours(profiles: &[Profile], count: usize) -> Option<Neighbours> {
    let attributes = profiles.first().map_or(0, |profile| profile.attributes.len());
    let columns: Vec<(usize, Vec<Option<f64>>)> =
        (0..attributes).filter_map(|position| Some((position, standardised(profiles, position)?))).collect();
    if columns.is_empty() {
        return None;
    }
    let place = |row: usize| -> Option<Vec<f64>> {
        columns.iter().map(|(_, column)| column.get(row).copied().flatten()).collect()
    };
    let places: Vec<Option<Vec<f64>>> = (0..profiles.len()).map(place).collect();
    let nearest =
        places.iter().enumerate().map(|(row, own)| Some(nearest_to(row, own.as_ref()?, &places, profiles, count)));
    Some(Neighbours { nearest: nearest.collect(), used: columns.iter().map(|(position, _)| *position).collect() })
}

fn nearest_to(
    row: usize,
    own: &[f64],
    places: &[Option<Vec<f64>>],
    profiles: &[Profile],
    count: usize,
) -> Vec<Neighbour> {
    let mut others: Vec<(f64, &BodyId, usize)> = places
        .iter()
        .zip(profiles)
        .enumerate()
        .filter(|(other, _)| *other != row)
        .filter_map(|(other, (place, profile))| Some((distance(own, place.as_ref()?), &profile.code, other)))
        .collect();
    others.sort_by(|a, b| a.0.total_cmp(&b.0).then_with(|| a.1.cmp(b.1)));
    others.into_iter().take(count).map(|(distance, _, row)| Neighbour { row, distance }).collect()
}

fn distance(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum::<f64>().sqrt()
}

/// The logarithm of an attribute of all forces in robust deviations from its median; `None` without a spread.
fn standardised(profiles: &[Profile], position: usize) -> Option<Vec<Option<f64>>> {
    let measured = |value: f64| (value > 0.0).then(|| value.ln());
    let column: Vec<Option<f64>> = profiles
        .iter()
        .map(|profile| profile.attributes.get(position).copied().flatten().and_then(measured).filter(|v| v.is_finite()))
        .collect();
    let known: Vec<f64> = column.iter().flatten().copied().collect();
    let centre = median(&known)?;
    let deviations: Vec<f64> = known.iter().map(|value| (value - centre).abs()).collect();
    let spread = MAD_SCALE * median(&deviations)?;
    (spread > 0.0).then(|| column.iter().map(|value| value.map(|value| (value - centre) / spread)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile(code: &str, attributes: &[f64]) -> Profile {
        Profile { code: code.into(), attributes: attributes.iter().copied().map(Some).collect() }
    }

    fn rows(found: &Neighbours, row: usize) -> Vec<usize> {
        found.nearest[row].as_ref().unwrap().iter().map(|neighbour| neighbour.row).collect()
    }

    #[test]
    fn the_nearest_come_first_and_ties_go_by_code() {
        let profiles = [
            profile("D", &[1.0_f64.exp()]),
            profile("C", &[2.0_f64.exp()]),
            profile("A", &[0.0_f64.exp()]),
            profile("B", &[5.0_f64.exp()]),
            profile("E", &[9.0_f64.exp()]),
        ];
        let found = neighbours(&profiles, 3).unwrap();
        assert_eq!(rows(&found, 0), [2, 1, 3]);
        assert_eq!(rows(&found, 4), [3, 1, 0]);
        // The median of the logarithms is 2, their median absolute deviation 2.
        let first = found.nearest[0].as_ref().unwrap()[0].distance;
        assert!((first - 1.0 / (2.0 * 1.4826)).abs() < 1e-12, "{first}");
        // E is nearest to B's far side, although B is nearer to others.
        assert_eq!(rows(&found, 3), [1, 0, 4]);
    }

    #[test]
    fn counts_go_by_their_logarithm() {
        let profiles = [profile("A", &[10.0]), profile("B", &[100.0]), profile("C", &[1000.0]), profile("D", &[150.0])];
        let found = neighbours(&profiles, 1).unwrap();
        assert_eq!((rows(&found, 0), rows(&found, 2)), (vec![1], vec![3]));
    }

    #[test]
    fn a_force_without_an_attribute_has_no_neighbours() {
        let mut profiles = vec![profile("A", &[1.0]), profile("B", &[2.0]), profile("C", &[3.0]), profile("D", &[0.0])];
        profiles[1].attributes = vec![None];
        let found = neighbours(&profiles, NEIGHBOURS).unwrap();
        assert!(found.nearest[1].is_none() && found.nearest[3].is_none());
        assert_eq!(rows(&found, 0), [2]);
    }

    #[test]
    fn an_attribute_without_spread_is_left_out() {
        let profiles = [profile("A", &[5.0, 1.0]), profile("B", &[5.0, 2.0]), profile("C", &[5.0, 4.0])];
        let found = neighbours(&profiles, 1).unwrap();
        assert_eq!((found.used.clone(), rows(&found, 0)), (vec![1], vec![1]));
        assert_eq!(neighbours(&[profile("A", &[5.0]), profile("B", &[5.0])], 1), None);
        assert_eq!(neighbours(&[], 1), None);
        assert_eq!(neighbours(&[profile("A", &[])], 1), None);
    }

    #[test]
    fn the_order_of_rows_is_irrelevant() {
        let profiles: Vec<Profile> = (0..12_u32)
            .map(|i| profile(&format!("F{i:02}"), &[f64::from(1 + i * 7 % 12), f64::from(1 + i * 5 % 12)]))
            .collect();
        let mut turned = profiles.clone();
        turned.reverse();
        let (forth, back) = (neighbours(&profiles, 7).unwrap(), neighbours(&turned, 7).unwrap());
        for row in 0..12 {
            let mirrored: Vec<usize> = rows(&back, 11 - row).into_iter().map(|other| 11 - other).collect();
            assert_eq!(rows(&forth, row), mirrored);
        }
    }
}
