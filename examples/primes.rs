//! Finds out which numbers are prime, in worker processes: the example of PEP 3148.

#![expect(clippy::print_stdout, reason = "what an example is for")]

use std::error::Error;

use batteries::concurrent::futures::ProcessPoolExecutor;

const PRIMES: [u64; 6] = [
    112_272_535_095_293,
    112_582_705_942_171,
    112_272_535_095_293,
    115_280_095_190_773,
    115_797_848_077_099,
    1_099_726_899_285_419,
];

fn is_prime(n: u64) -> bool {
    if n < 2 {
        return false;
    }
    if n.is_multiple_of(2) {
        return n == 2;
    }
    (3..=n.isqrt()).step_by(2).all(|divisor| !n.is_multiple_of(divisor))
}

fn main() -> Result<(), Box<dyn Error>> {
    batteries::init();
    let pool = ProcessPoolExecutor::builder().build()?;
    for (number, prime) in PRIMES.into_iter().zip(pool.map(is_prime, PRIMES)) {
        println!("{number} is prime: {}", prime?);
    }
    Ok(())
}
