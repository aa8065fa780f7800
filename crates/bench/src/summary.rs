//! The arithmetic of the report.

use serde::Serialize;

/// Rates of `append` that spread further than this, in percent of their median, void a comparison: the machine was not quiet.
pub(crate) const SPREAD_MAX_PERCENT: f64 = 25.0;
/// Fewer samples than this do not tell whether a lag grew.
const SAMPLES_MIN: usize = 8;
/// A lag that grew by less is noise: so many entries are folded in a moment.
const GROWTH_MIN: f64 = 1_000.0;

/// Hookline against `append`, pair by pair.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Comparison {
    /// The median of Hookline's rates, in events a second.
    pub hookline_per_second: f64,
    /// The median of `append`'s rates, in events a second.
    pub append_per_second: f64,
    /// The median of the ratios, each of a pair.
    pub ratio: f64,
    /// From `append`'s lowest rate to its highest, in percent of its median.
    pub append_spread_percent: f64,
    /// Whether that is too much for the ratio to mean anything.
    pub void: bool,
}

/// The middle of some values, the mean of the two middle ones if there are two; none of none.
pub(crate) fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    let upper = *sorted.get(middle)?;
    Some(if sorted.len() % 2 == 1 { upper } else { (sorted[middle - 1] + upper) / 2.0 })
}

/// Compares pairs of rates: Hookline's and `append`'s. None of no pairs, or where nothing was answered.
pub(crate) fn compare(pairs: &[(f64, f64)]) -> Option<Comparison> {
    let (hookline, append): (Vec<f64>, Vec<f64>) = pairs.iter().copied().unzip();
    let ratios: Vec<f64> = pairs.iter().map(|(hookline, append)| hookline / append).collect();
    let append_per_second = median(&append).filter(|rate| *rate > 0.0)?;
    let highest = append.iter().copied().fold(f64::MIN, f64::max);
    let lowest = append.iter().copied().fold(f64::MAX, f64::min);
    let append_spread_percent = (highest - lowest) / append_per_second * 100.0;
    Some(Comparison {
        hookline_per_second: median(&hookline)?,
        append_per_second,
        ratio: median(&ratios)?,
        append_spread_percent,
        void: append_spread_percent > SPREAD_MAX_PERCENT,
    })
}

/// Whether a lag, sampled at even times, grew over its last half: whether its last quarter is above the one before by a tenth and
/// by more than noise. None if there are too few samples.
pub(crate) fn lag_grew(lags: &[u64]) -> Option<bool> {
    if lags.len() < SAMPLES_MIN {
        return None;
    }
    let half = &lags[lags.len() / 2..];
    let (before, last) = half.split_at(half.len() / 2);
    let mean = |lags: &[u64]| lags.iter().sum::<u64>() as f64 / lags.len() as f64;
    let (before, last) = (mean(before), mean(last));
    Some(last > before * 1.1 && last > before + GROWTH_MIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians_are_the_middle() {
        assert_eq!(median(&[]), None);
        assert_eq!(median(&[3.0]), Some(3.0));
        assert_eq!(median(&[9.0, 1.0, 5.0]), Some(5.0));
        assert_eq!(median(&[9.0, 1.0, 5.0, 6.0]), Some(5.5));
    }

    #[test]
    fn ratios_are_of_pairs_and_not_of_medians() {
        let found = compare(&[(50.0, 100.0), (90.0, 110.0), (60.0, 105.0)]).expect("pairs");
        assert_eq!((found.hookline_per_second, found.append_per_second), (60.0, 105.0));
        assert!((found.ratio - 60.0 / 105.0).abs() < 1e-12);
        let found = compare(&[(100.0, 100.0), (50.0, 110.0), (60.0, 90.0)]).expect("pairs");
        assert!((found.ratio - 60.0 / 90.0).abs() < 1e-12, "{found:?}");
        assert_eq!(compare(&[]), None);
        assert_eq!(compare(&[(1.0, 0.0)]), None);
    }

    #[test]
    fn a_baseline_that_spreads_over_a_quarter_voids_the_ratio() {
        let void = |append: [f64; 3]| compare(&append.map(|rate| (1.0, rate))).map(|found| found.void);
        assert_eq!(void([100.0, 88.0, 113.0]), Some(false));
        assert_eq!(void([100.0, 87.0, 113.0]), Some(true));
        assert_eq!(void([100.0, 100.0, 125.0]), Some(false));
        assert_eq!(void([100.0, 100.0, 126.0]), Some(true));
    }

    #[test]
    fn a_lag_grows_when_it_grows_at_the_end() {
        let lags = |quarters: [u64; 4]| -> Vec<u64> { quarters.iter().flat_map(|lag| [*lag; 3]).collect() };
        assert_eq!(lag_grew(&lags([0, 0, 5_000, 9_000])), Some(true));
        assert_eq!(lag_grew(&lags([0, 9_000, 9_000, 9_000])), Some(false), "it grew before");
        assert_eq!(lag_grew(&lags([0, 0, 10, 900])), Some(false), "noise");
        assert_eq!(lag_grew(&lags([0, 0, 50_000, 51_500])), Some(false), "less than a tenth");
        assert_eq!(lag_grew(&lags([9_000, 9_000, 9_000, 0])), Some(false));
        assert_eq!(lag_grew(&[0; 7]), None);
    }
}
