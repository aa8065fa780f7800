//! What reading allocates: a bound on work that does not depend on how quick the machine is.

use allocation_counter::measure;

/// The most memory that one reading holds at a time, in bytes.
pub(crate) const HELD_MAX: u64 = 64 * 1024 * 1024;
/// What any reading may allocate in all, however short its body, in bytes.
const TOTAL_BASE: u64 = 64 * 1024;
/// What a reading may allocate in all per byte of its body.
const TOTAL_PER_BYTE: u64 = 128;

/// Runs `read` on a body of `length` bytes, and answers what it answers and how much it allocated in all, in bytes.
///
/// # Errors
/// If it held or allocated more than its bounds.
pub(crate) fn bounded<T>(what: &str, length: usize, read: impl FnOnce() -> T) -> Result<(T, u64), String> {
    let mut read = Some(read);
    let mut answer = None;
    let used = measure(|| answer = read.take().map(|read| read()));
    let total_max = TOTAL_BASE + TOTAL_PER_BYTE * length as u64;
    if used.bytes_max > HELD_MAX {
        return Err(format!(
            "{what}: held {} bytes of memory for a body of {length}, expected at most {HELD_MAX}",
            used.bytes_max
        ));
    }
    if used.bytes_total > total_max {
        return Err(format!("{what}: allocated {} bytes for a body of {length}, expected at most {total_max}", used.bytes_total));
    }
    answer.map(|answer| (answer, used.bytes_total)).ok_or_else(|| format!("{what}: never ran"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_beyond_its_bounds_is_told() {
        let (length, used) = bounded("it", 10, || vec![7_u8; 1_000].len()).expect("within its bounds");
        assert_eq!((length, used), (1_000, 1_000));
        let told = bounded("it", 10, || (0..100).map(|_| vec![7_u8; 1_000].len()).sum::<usize>()).expect_err("too much in all");
        assert!(told.starts_with("it: allocated 100000 bytes for a body of 10, "), "{told}");
        let told = bounded("it", 10_000_000, || vec![7_u8; HELD_MAX as usize + 1].len()).expect_err("too much at once");
        assert!(told.starts_with("it: held 67108865 bytes"), "{told}");
    }
}
