//! Aligned blocks of numbers and of addresses: what is in a range or a network is in one of few blocks, and a value is in
//! one of each size.

use std::net::IpAddr;

use ipnet::IpNet;

use crate::logic::formula::{Atom, Formula};
use crate::logic::value::{Class, Range};

/// Numbers that agree but for their last bits, or addresses that agree in their first ones.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Block {
    /// What is left of the number without so many of its last bits.
    Number(u32, i128),
    /// A network of that length.
    Network(IpNet),
}

/// A key, and listed values and blocks of which a value of it must be one or in one.
pub struct BlockAnchor<'f> {
    /// The key.
    pub key: &'f str,
    /// Values.
    pub exact: Vec<&'f str>,
    /// Blocks.
    pub blocks: Vec<Block>,
}

/// The sizes of blocks of numbers, in bits.
const SIZES: [u32; 6] = [4, 8, 12, 16, 24, 32];

/// The lengths of networks that are blocks.
const LENGTHS_4: [u8; 3] = [8, 16, 24];
const LENGTHS_6: [u8; 4] = [16, 32, 48, 64];

/// More blocks than this tell little.
const MOST: usize = 16;

impl Block {
    /// The blocks that a value is in.
    pub fn of_value(class: Class, value: &str) -> Vec<Block> {
        match class {
            Class::Integer { .. } => {
                let number = value.parse::<i128>().ok();
                number.into_iter().flat_map(|number| SIZES.map(|size| Block::Number(size, number >> size))).collect()
            }
            Class::Address => {
                let address = value.parse::<IpAddr>().ok();
                address
                    .into_iter()
                    .flat_map(|address| lengths(address).filter_map(move |length| network(address, length)))
                    .collect()
            }
            Class::Text | Class::Closed(_) => Vec::new(),
        }
    }

    /// One or two blocks that a range lies in; nothing where none are large enough.
    fn of_range(range: &Range, low: i128, high: i128) -> Option<Vec<Block>> {
        let (low, high) = range.whole(low, high);
        let size = SIZES.into_iter().find(|size| (high >> size) - (low >> size) <= 1)?;
        Some((low >> size..=high >> size).map(|at| Block::Number(size, at)).collect())
    }

    /// The block that a network lies in.
    fn of_network(of: IpNet) -> Option<Block> {
        let length = lengths(of.addr()).filter(|length| *length <= of.prefix_len()).last()?;
        network(of.addr(), length)
    }
}

fn lengths(address: IpAddr) -> impl Iterator<Item = u8> {
    let lengths = if address.is_ipv4() { &LENGTHS_4[..] } else { &LENGTHS_6 };
    lengths.iter().copied()
}

fn network(address: IpAddr, length: u8) -> Option<Block> {
    IpNet::new(address, length).ok().map(|network| Block::Network(network.trunc()))
}

impl Atom {
    fn blocks(&self) -> Option<Vec<Block>> {
        let set = &self.set;
        let is_other = set.any || !set.globs.is_empty() || set.ranges.is_empty() && set.networks.is_empty();
        let mut blocks: Vec<Block> = match self.key.class {
            _ if is_other => return None,
            Class::Integer { low, high } if set.networks.is_empty() => {
                let of_ranges = set.ranges.iter().map(|range| Block::of_range(range, low, high));
                of_ranges.collect::<Option<Vec<_>>>()?.concat()
            }
            Class::Address if set.ranges.is_empty() => {
                set.networks.iter().map(|network| Block::of_network(*network)).collect::<Option<Vec<_>>>()?
            }
            _ => return None,
        };
        blocks.sort_unstable();
        blocks.dedup();
        (blocks.len() <= MOST).then_some(blocks)
    }
}

impl Formula {
    /// For each key of a branch that asks for ranges of numbers or for networks: what a value of it must be in.
    #[must_use]
    pub fn block_anchors(&self, branch: usize) -> Vec<BlockAnchor<'_>> {
        self.positive(branch)
            .filter_map(|atom| {
                let exact = atom.set.exact.iter().map(|value| &**value).collect();
                Some(BlockAnchor { key: &atom.key.text, exact, blocks: atom.blocks()? })
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::logic::value::Number;

    #[test]
    fn what_is_in_a_range_is_in_a_block_of_it() {
        let class = Class::Integer { low: -1000, high: 100_000 };
        for (low, high) in [(0, 0), (3, 7), (14, 17), (250, 260), (-3, 4), (-1000, -990), (1, 99_999)] {
            let end = |number| Some((Number::Whole(number), true));
            let range = Range { low: end(low), high: end(high) };
            let blocks = Block::of_range(&range, -1000, 100_000).unwrap();
            assert!(!blocks.is_empty() && blocks.len() <= 2, "{blocks:?}");
            for number in [low, low + 1, (low + high) / 2, high]
                .into_iter()
                .filter(|number| range.contains(Number::Whole(*number)))
            {
                let own = Block::of_value(class, &number.to_string());
                assert!(own.iter().any(|block| blocks.contains(block)), "{number} in {low} to {high}");
            }
        }
        let all = Range { low: None, high: None };
        assert_eq!(Block::of_range(&all, i128::from(i64::MIN), i128::from(u64::MAX)), None);
    }

    #[test]
    fn what_is_in_a_network_is_in_its_block() {
        for (network, address) in
            [("10.1.2.0/23", "10.1.3.4"), ("10.0.0.0/8", "10.255.0.1"), ("fd00::/20", "fd00:fff::1")]
        {
            let block = Block::of_network(network.parse().unwrap()).unwrap();
            assert!(Block::of_value(Class::Address, address).contains(&block), "{network} {address}");
        }
        assert_eq!(Block::of_network("0.0.0.0/0".parse().unwrap()), None);
    }
}
