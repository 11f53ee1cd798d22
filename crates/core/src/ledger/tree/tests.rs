use std::collections::HashMap;

use proptest::prelude::*;

use super::*;

/// The leaves of the vectors that Certificate Transparency implementations share.
const LEAVES: [&str; 8] =
    ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];

/// The root over the first n of [`LEAVES`].
const ROOTS: [&str; 9] = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

const N96: &str = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7";
const N5F: &str = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e";
const N6B: &str = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4";
const NBC: &str = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b";
const NCA: &str = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0";
const N0E: &str = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a";

fn digest(digits: &str) -> Digest {
    format!("sha256:{digits}").parse().unwrap()
}

fn vector_leaves() -> Vec<Digest> {
    LEAVES.iter().map(|l| leaf_hash(&hex::decode(l).unwrap())).collect()
}

fn made_leaves(count: u64) -> Vec<Digest> {
    (0..count).map(|i| leaf_hash(&i.to_be_bytes())).collect()
}

/// RFC 9162's recursive definitions, word by word, remembering subtrees.
struct Naive {
    leaves: Vec<Digest>,
    known: HashMap<(usize, usize), Digest>,
}

impl Naive {
    fn new(leaves: Vec<Digest>) -> Self {
        Self { leaves, known: HashMap::new() }
    }

    fn k(n: usize) -> usize {
        let mut k = 1;
        while k * 2 < n {
            k *= 2;
        }
        k
    }

    fn mth(&mut self, from: usize, to: usize) -> Digest {
        match to - from {
            0 => empty_root(),
            1 => self.leaves[from],
            n => {
                if let Some(known) = self.known.get(&(from, to)) {
                    return *known;
                }
                let k = Self::k(n);
                let hash = node_hash(&self.mth(from, from + k), &self.mth(from + k, to));
                self.known.insert((from, to), hash);
                hash
            }
        }
    }

    fn root(&mut self, size: u64) -> Digest {
        self.mth(0, usize::try_from(size).unwrap())
    }

    /// `PATH(m, D[from:to])`
    fn path(&mut self, m: usize, from: usize, to: usize) -> Vec<Digest> {
        let n = to - from;
        if n == 1 {
            return Vec::new();
        }
        let k = Self::k(n);
        if m < k {
            let mut path = self.path(m, from, from + k);
            path.push(self.mth(from + k, to));
            path
        } else {
            let mut path = self.path(m - k, from + k, to);
            path.push(self.mth(from, from + k));
            path
        }
    }

    /// `SUBPROOF(m, D[from:to], b)`
    fn subproof(&mut self, m: usize, from: usize, to: usize, whole: bool) -> Vec<Digest> {
        let n = to - from;
        if m == n {
            return if whole { Vec::new() } else { vec![self.mth(from, to)] };
        }
        let k = Self::k(n);
        if m <= k {
            let mut proof = self.subproof(m, from, from + k, whole);
            proof.push(self.mth(from + k, to));
            proof
        } else {
            let mut proof = self.subproof(m - k, from + k, to, false);
            proof.push(self.mth(from, from + k));
            proof
        }
    }
}

fn blocks_over(leaves: &[Digest]) -> Blocks {
    let mut blocks = Blocks::new();
    leaves.iter().for_each(|leaf| blocks.push(*leaf));
    blocks
}

fn read(plan: &Plan, leaves: &[Digest]) -> Vec<Vec<Digest>> {
    let slice = |r: &std::ops::Range<u64>| {
        leaves[usize::try_from(r.start).unwrap()..usize::try_from(r.end).unwrap()].to_vec()
    };
    plan.reads().iter().map(slice).collect()
}

fn inclusion(index: u64, size: u64, blocks: &Blocks, leaves: &[Digest]) -> Vec<Digest> {
    let plan = plan_inclusion(index, size).unwrap();
    plan.prove(blocks, &read(&plan, leaves)).unwrap()
}

fn consistency(old: u64, new: u64, blocks: &Blocks, leaves: &[Digest]) -> Vec<Digest> {
    let plan = plan_consistency(old, new).unwrap();
    plan.prove(blocks, &read(&plan, leaves)).unwrap()
}

#[test]
fn frontier_gives_the_published_roots() {
    let mut frontier = Frontier::new();
    assert_eq!(frontier.root(), digest(ROOTS[0]));
    for (leaf, root) in vector_leaves().into_iter().zip(&ROOTS[1..]) {
        frontier.push(leaf);
        assert_eq!(frontier.root(), digest(root), "size {}", frontier.size());
    }
}

#[test]
fn inclusion_proofs_are_the_published_ones() {
    let leaves = vector_leaves();
    let blocks = blocks_over(&leaves);
    let published: [(u64, u64, &[&str]); 4] =
        [(0, 1, &[]), (0, 8, &[N96, N5F, N6B]), (5, 8, &[NBC, NCA, ROOTS[4]]), (2, 3, &[ROOTS[2]])];
    for (index, size, nodes) in published {
        let nodes: Vec<Digest> = nodes.iter().map(|n| digest(n)).collect();
        assert_eq!(inclusion(index, size, &blocks, &leaves), nodes, "leaf {index} of {size}");
        let (leaf, root) =
            (leaves[usize::try_from(index).unwrap()], digest(ROOTS[usize::try_from(size).unwrap()]));
        assert_eq!(verify_inclusion(&leaf, index, size, &root, &nodes), Ok(()));
    }
}

#[test]
fn consistency_proofs_are_the_published_ones() {
    let leaves = vector_leaves();
    let blocks = blocks_over(&leaves);
    let published: [(usize, usize, &[&str]); 4] =
        [(1, 1, &[]), (1, 8, &[N96, N5F, N6B]), (6, 8, &[N0E, NCA, ROOTS[4]]), (2, 5, &[N5F, NBC])];
    for (old, new, nodes) in published {
        let nodes: Vec<Digest> = nodes.iter().map(|n| digest(n)).collect();
        assert_eq!(consistency(old as u64, new as u64, &blocks, &leaves), nodes, "{old} to {new}");
        let (a, b) = (digest(ROOTS[old]), digest(ROOTS[new]));
        assert_eq!(verify_consistency(old as u64, new as u64, &a, &b, &nodes), Ok(()));
    }
}

#[test]
fn blocks_leave_the_same_frontier() {
    let (mut blocks, mut frontier) = (Blocks::new(), Frontier::new());
    assert_eq!(blocks.frontier(), frontier);
    for leaf in made_leaves(5 * BLOCK + 3) {
        blocks.push(leaf);
        frontier.push(leaf);
        assert_eq!(blocks.frontier(), frontier, "of {} leaves", frontier.size());
    }
}

#[test]
fn every_size_to_300_agrees_with_the_recursive_definition() {
    let leaves = made_leaves(300);
    let mut naive = Naive::new(leaves.clone());
    let blocks = blocks_over(&leaves);
    let mut frontier = Frontier::new();
    for size in 0..=300_u64 {
        assert_eq!(frontier.root(), naive.root(size), "root of {size}");
        assert_eq!(frontier.size(), size);
        if let Some(leaf) = leaves.get(usize::try_from(size).unwrap()) {
            frontier.push(*leaf);
        }
    }
    for size in 1..=300_u64 {
        let root = naive.root(size);
        let n = usize::try_from(size).unwrap();
        for index in 0..size {
            let at = usize::try_from(index).unwrap();
            let proof = naive.path(at, 0, n);
            // Building is slower than checking; every eleventh of 45 000 covers all residues.
            if (index + size) % 11 == 0 || index == 0 || index + 1 == size {
                assert_eq!(inclusion(index, size, &blocks, &leaves), proof, "leaf {index} of {size}");
            }
            assert_eq!(verify_inclusion(&leaves[at], index, size, &root, &proof), Ok(()));
        }
        for old in 1..=size {
            let proof = naive.subproof(usize::try_from(old).unwrap(), 0, n, true);
            if (old + size) % 11 == 0 || old == 1 || old + 1 == size {
                assert_eq!(consistency(old, size, &blocks, &leaves), proof, "{old} to {size}");
            }
            let old_root = naive.root(old);
            assert_eq!(verify_consistency(old, size, &old_root, &root, &proof), Ok(()));
        }
    }
}

#[test]
fn proofs_over_many_blocks_read_at_most_two() {
    let leaves = made_leaves(5000);
    let mut naive = Naive::new(leaves.clone());
    let blocks = blocks_over(&leaves);
    let sizes = [255, 256, 257, 511, 512, 513, 1024, 1025, 4095, 4096, 4097, 4999, 5000];
    for size in sizes {
        let n = usize::try_from(size).unwrap();
        let root = naive.root(size);
        for index in
            [0, 1, 255, 256, 257, 511, 512, size / 2, size - 2, size - 1].into_iter().filter(|i| *i < size)
        {
            let plan = plan_inclusion(index, size).unwrap();
            assert!(plan.reads().len() <= 2, "leaf {index} of {size}: {:?}", plan.reads());
            assert!(plan.reads().iter().all(|r| r.end - r.start <= BLOCK && r.end <= size));
            let proof = inclusion(index, size, &blocks, &leaves);
            let at = usize::try_from(index).unwrap();
            assert_eq!(proof, naive.path(at, 0, n));
            assert_eq!(verify_inclusion(&leaves[at], index, size, &root, &proof), Ok(()));
        }
        for old in sizes.into_iter().filter(|old| *old <= size) {
            let plan = plan_consistency(old, size).unwrap();
            assert!(plan.reads().len() <= 2, "{old} to {size}: {:?}", plan.reads());
            let proof = consistency(old, size, &blocks, &leaves);
            assert_eq!(proof, naive.subproof(usize::try_from(old).unwrap(), 0, n, true));
            assert_eq!(verify_consistency(old, size, &naive.root(old), &root, &proof), Ok(()));
        }
    }
}

#[test]
fn what_cannot_be_proven_is_refused() {
    let leaves = made_leaves(10);
    let blocks = blocks_over(&leaves);
    assert_eq!(plan_inclusion(3, 3), Err(ProofError::OutOfTree { index: 3, size: 3 }));
    assert_eq!(plan_inclusion(0, 0), Err(ProofError::OutOfTree { index: 0, size: 0 }));
    assert_eq!(plan_consistency(4, 3), Err(ProofError::Shrinks { old: 4, new: 3 }));
    let plan = plan_inclusion(3, 11).unwrap();
    assert_eq!(
        plan.prove(&blocks, std::slice::from_ref(&leaves)),
        Err(ProofError::NotThere { size: 11, have: 10 })
    );
    let plan = plan_inclusion(3, 10).unwrap();
    assert_eq!(plan.prove(&blocks, &[]), Err(ProofError::Leaves));
    assert_eq!(plan.prove(&blocks, &[leaves[..9].to_vec()]), Err(ProofError::Leaves));
    let root = digest(ROOTS[1]);
    assert_eq!(verify_inclusion(&root, 0, 0, &root, &[]), Err(ProofError::OutOfTree { index: 0, size: 0 }));
    assert_eq!(verify_consistency(2, 1, &root, &root, &[]), Err(ProofError::Shrinks { old: 2, new: 1 }));
    // Sizes far beyond any tree end in a refusal, not in a hang or an overflow.
    assert_eq!(verify_inclusion(&root, u64::MAX - 1, u64::MAX, &root, &[]), Err(ProofError::Length));
    assert_eq!(verify_consistency(u64::MAX - 1, u64::MAX, &root, &root, &[root]), Err(ProofError::Length));
    assert_eq!(verify_consistency(1 << 63, u64::MAX, &root, &root, &[]), Err(ProofError::Length));
}

#[test]
fn the_empty_tree_is_a_prefix_of_every_tree() {
    let (empty, one) = (empty_root(), digest(ROOTS[1]));
    assert_eq!(verify_consistency(0, 1, &empty, &one, &[]), Ok(()));
    assert_eq!(verify_consistency(0, 0, &empty, &empty, &[]), Ok(()));
    assert_eq!(verify_consistency(0, 1, &one, &one, &[]), Err(ProofError::Root));
    assert_eq!(verify_consistency(0, 0, &one, &one, &[]), Err(ProofError::Root));
    assert_eq!(verify_consistency(0, 0, &empty, &one, &[]), Err(ProofError::Root));
    assert_eq!(verify_consistency(0, 1, &empty, &one, &[one]), Err(ProofError::Length));
    assert_eq!(verify_consistency(1, 1, &one, &empty, &[]), Err(ProofError::Root));
}

#[test]
fn a_frontier_survives_being_saved_and_a_damaged_one_is_refused() {
    let mut frontier = Frontier::new();
    made_leaves(300).into_iter().for_each(|leaf| frontier.push(leaf));
    let text = serde_json::to_string(&frontier).unwrap();
    let mut back: Frontier = serde_json::from_str(&text).unwrap();
    assert_eq!(back, frontier);
    back.push(empty_root());
    frontier.push(empty_root());
    assert_eq!(back.root(), frontier.root());
    let bad = text.replace("\"size\":300", "\"size\":301");
    let error = serde_json::from_str::<Frontier>(&bad).unwrap_err().to_string();
    assert!(
        error.contains("a tree of 301 leaves has 5 perfect subtrees; the saved one lists 4"),
        "unexpected: {error}"
    );
}

/// A small seeded generator, so that a failing mutation can be repeated.
struct Seeded(u64);

impl Seeded {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    fn at(&mut self, len: usize) -> usize {
        usize::try_from(self.below(len as u64)).unwrap()
    }

    fn flip(&mut self, hash: &mut Digest) {
        let mut raw = *hash.as_raw();
        raw[self.at(32)] ^= 1 << self.below(8);
        *hash = Digest::from_raw(raw);
    }

    /// Changes the list of hashes; returns whether it could.
    fn mutate(&mut self, proof: &mut Vec<Digest>) -> bool {
        let before = proof.clone();
        let (kind, len) = (self.below(6), proof.len());
        match kind {
            0 => proof.push(Digest::of_bytes(&self.next().to_be_bytes())),
            _ if len == 0 => return false,
            1 => {
                let at = self.at(len);
                self.flip(&mut proof[at]);
            }
            2 => {
                proof.remove(self.at(len));
            }
            3 => {
                let (a, b) = (self.at(len), self.at(len));
                proof.swap(a, b);
            }
            4 => {
                let (a, b) = (self.at(len), self.at(len));
                proof.insert(b, proof[a]);
            }
            _ => proof.truncate(self.at(len)),
        }
        *proof != before
    }
}

/// 2 × 10^5 mutated proofs, none accepted.
#[test]
fn mutated_proofs_are_refused() {
    let leaves = made_leaves(700);
    let mut naive = Naive::new(leaves.clone());
    let roots: Vec<Digest> = (0..=700).map(|n| naive.root(n)).collect();
    let mut seeded = Seeded(2026);
    let (mut refused, mut tries) = (0_u32, 0_u32);
    while refused < 100_000 {
        tries += 1;
        assert!(tries < 400_000, "the mutator changes too little");
        let size = 1 + seeded.below(700);
        let index = seeded.below(size);
        let (mut leaf, mut at, mut end) = (leaves[usize::try_from(index).unwrap()], index, size);
        let mut root = roots[usize::try_from(size).unwrap()];
        let mut proof = naive.path(usize::try_from(index).unwrap(), 0, usize::try_from(size).unwrap());
        let changed = match seeded.below(5) {
            0 => {
                seeded.flip(&mut leaf);
                true
            }
            1 => {
                seeded.flip(&mut root);
                true
            }
            2 => {
                at = seeded.below(size + 2);
                at != index
            }
            3 => {
                // Another size with the root that a checkpoint of that size has.
                end = 1 + seeded.below(700);
                root = roots[usize::try_from(end).unwrap()];
                end != size
            }
            _ => seeded.mutate(&mut proof),
        };
        if changed {
            assert!(
                verify_inclusion(&leaf, at, end, &root, &proof).is_err(),
                "accepted: leaf {index} of {size} changed to {at} of {end}, try {tries}"
            );
            refused += 1;
        }
    }
    let (mut refused, mut tries) = (0_u32, 0_u32);
    while refused < 100_000 {
        tries += 1;
        assert!(tries < 400_000, "the mutator changes too little");
        let new = 1 + seeded.below(700);
        let old = 1 + seeded.below(new);
        let mut proof = naive.subproof(usize::try_from(old).unwrap(), 0, usize::try_from(new).unwrap(), true);
        let (mut a, mut b) = (old, new);
        let (mut old_root, mut new_root) =
            (roots[usize::try_from(old).unwrap()], roots[usize::try_from(new).unwrap()]);
        let changed = match seeded.below(5) {
            0 => {
                seeded.flip(&mut old_root);
                true
            }
            1 => {
                seeded.flip(&mut new_root);
                true
            }
            2 => {
                a = 1 + seeded.below(700);
                a != old && a != new
            }
            3 => {
                b = 1 + seeded.below(700);
                new_root = roots[usize::try_from(b).unwrap()];
                b != new && b != old
            }
            _ => seeded.mutate(&mut proof),
        };
        if changed {
            assert!(
                verify_consistency(a, b, &old_root, &new_root, &proof).is_err(),
                "accepted: {old} to {new} changed to {a} to {b}, try {tries}"
            );
            refused += 1;
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_proof_of_any_tree_verifies(new in 1_u64..3000, picks in any::<(u64, u64)>()) {
        let leaves = made_leaves(new);
        let mut naive = Naive::new(leaves.clone());
        let blocks = blocks_over(&leaves);
        let size = 1 + picks.0 % new;
        let index = picks.1 % size;
        let proof = inclusion(index, size, &blocks, &leaves);
        let leaf = leaves[usize::try_from(index).unwrap()];
        let root = naive.root(size);
        prop_assert_eq!(verify_inclusion(&leaf, index, size, &root, &proof), Ok(()));
        let proof = consistency(size, new, &blocks, &leaves);
        let newest = naive.root(new);
        prop_assert_eq!(verify_consistency(size, new, &root, &newest, &proof), Ok(()));
    }

    #[test]
    fn random_hashes_prove_nothing(
        index in any::<u64>(), size in any::<u64>(), seeds in proptest::collection::vec(any::<u64>(), 0..70)
    ) {
        let proof: Vec<Digest> = seeds.iter().map(|s| Digest::of_bytes(&s.to_be_bytes())).collect();
        let (leaf, root) = (Digest::of_bytes(b"leaf"), Digest::of_bytes(b"root"));
        prop_assert!(verify_inclusion(&leaf, index, size, &root, &proof).is_err());
        prop_assert!(verify_consistency(index, size, &leaf, &root, &proof).is_err());
    }
}

/// A proof that goes on above the top is refused even if the root is made to fit it.
#[test]
fn a_proof_has_exactly_the_length_its_size_allows() {
    let leaves = made_leaves(20);
    let mut naive = Naive::new(leaves.clone());
    let extra = Digest::of_bytes(b"extra");
    for size in 1..=20_usize {
        for (index, leaf) in leaves.iter().enumerate().take(size) {
            let mut proof = naive.path(index, 0, size);
            proof.push(extra);
            let root = naive.mth(0, size);
            for made in [node_hash(&extra, &root), node_hash(&root, &extra)] {
                let result = verify_inclusion(leaf, index as u64, size as u64, &made, &proof);
                assert_eq!(result, Err(ProofError::Length), "leaf {index} of {size}");
            }
        }
    }
}
