//! The tables of the layer check. ARCHITECTURE.md draws the same house; `deny.toml` repeats the fences.

/// A crate of the house and what it may contain.
pub struct Floor {
    /// The crate.
    pub name: &'static str,
    /// The crates of the house it may depend on.
    pub may_use: &'static [&'static str],
}

/// A heavy dependency that few crates may use directly.
pub struct Fence {
    /// The dependency.
    pub dependency: &'static str,
    /// Who may use it.
    pub only: &'static [&'static str],
    /// Why.
    pub why: &'static str,
}

/// Dependencies that must not enter some crates, not even through others.
pub struct Never {
    /// The crates kept free.
    pub crates: &'static [&'static str],
    /// What must not enter.
    pub dependencies: &'static [&'static str],
    /// Why.
    pub why: &'static str,
}

/// Who may use whom. An arrow may skip a floor, and never goes up or sideways.
pub const HOUSE: &[Floor] = &[
    Floor { name: "cuelight-artifact", may_use: &[] },
    Floor { name: "cuelight-core", may_use: &["cuelight-artifact"] },
    Floor { name: "cuelight-resolve", may_use: &["cuelight-artifact"] },
    Floor { name: "cuelight-render", may_use: &["cuelight-artifact"] },
    Floor { name: "cuelight-store", may_use: &["cuelight-core", "cuelight-artifact"] },
    Floor {
        name: "cuelight-store-sqlite",
        may_use: &["cuelight-store", "cuelight-core", "cuelight-artifact"],
    },
    Floor { name: "cuelight-replica", may_use: &["cuelight-store", "cuelight-core", "cuelight-artifact"] },
    Floor {
        name: "cuelight-store-postgres",
        may_use: &["cuelight-store", "cuelight-core", "cuelight-artifact"],
    },
    Floor {
        name: "cuelight-app",
        may_use: &[
            "cuelight-core",
            "cuelight-resolve",
            "cuelight-render",
            "cuelight-store",
            "cuelight-artifact",
        ],
    },
    // A face: never the storage, or it could go around permission and decision.
    Floor {
        name: "cuelight-http",
        may_use: &[
            "cuelight-app",
            "cuelight-core",
            "cuelight-resolve",
            "cuelight-render",
            "cuelight-artifact",
        ],
    },
    Floor { name: "cuelight-ui", may_use: &["cuelight-app", "cuelight-core", "cuelight-artifact"] },
    Floor {
        name: "cuelight",
        may_use: &[
            "cuelight-artifact",
            "cuelight-core",
            "cuelight-resolve",
            "cuelight-render",
            "cuelight-store",
            "cuelight-store-sqlite",
            "cuelight-store-postgres",
            "cuelight-replica",
            "cuelight-app",
            "cuelight-http",
            "cuelight-ui",
        ],
    },
    // Beside the server: what applications build in. Never the server's crates, nor the ledger's.
    Floor { name: "cuelight-client", may_use: &["cuelight-resolve", "cuelight-render", "cuelight-artifact"] },
    Floor {
        name: "cuelight-testkit",
        may_use: &[
            "cuelight-artifact",
            "cuelight-core",
            "cuelight-resolve",
            "cuelight-render",
            "cuelight-store",
            "cuelight-store-sqlite",
            "cuelight-app",
        ],
    },
    // It measures, and so it opens everything.
    Floor {
        name: "cuelight-bench",
        may_use: &[
            "cuelight-artifact",
            "cuelight-core",
            "cuelight-resolve",
            "cuelight-render",
            "cuelight-store",
            "cuelight-store-sqlite",
            "cuelight-client",
            "cuelight-app",
            "cuelight-http",
        ],
    },
    // It must run when the house does not compile.
    Floor { name: "xtask", may_use: &[] },
];

/// Crates that only tests and tools may use.
pub const DEV_ONLY: &[&str] = &["cuelight-testkit", "cuelight-bench", "xtask"];

/// Who holds the heavy dependencies.
pub const FENCES: &[Fence] = &[
    Fence {
        dependency: "rusqlite",
        only: &["cuelight-store-sqlite"],
        why: "SQL stays in the storage adapters",
    },
    Fence {
        dependency: "tokio-postgres",
        only: &["cuelight-store-postgres"],
        why: "SQL stays in the storage adapters",
    },
    Fence {
        dependency: "deadpool-postgres",
        only: &["cuelight-store-postgres"],
        why: "SQL stays in the storage adapters",
    },
    Fence {
        dependency: "tokio-postgres-rustls",
        only: &["cuelight-store-postgres"],
        why: "SQL stays in the storage adapters",
    },
    Fence {
        dependency: "axum",
        only: &["cuelight-http", "cuelight-ui", "cuelight-bench"],
        why: "HTTP types stay in the faces",
    },
    Fence { dependency: "maud", only: &["cuelight-ui"], why: "pages are one crate's" },
    Fence { dependency: "tower-http", only: &["cuelight-http"], why: "HTTP types stay in the faces" },
    Fence {
        dependency: "minijinja",
        only: &["cuelight-render", "cuelight-bench"],
        why: "template output is promised by one crate",
    },
    Fence { dependency: "clap", only: &["cuelight"], why: "the command line is the binary's" },
    Fence { dependency: "indicatif", only: &["cuelight"], why: "only the binary prints" },
    Fence { dependency: "reqwest", only: &["cuelight"], why: "only the command line calls a server" },
    Fence {
        dependency: "anyhow",
        only: &["cuelight", "cuelight-bench", "xtask"],
        why: "libraries have closed error types",
    },
];

/// What keeps the rules of the house pure.
pub const NEVER: &[Never] = &[
    Never {
        crates: &["cuelight-artifact", "cuelight-core", "cuelight-resolve", "cuelight-render"],
        dependencies: &["tokio", "hyper", "axum", "reqwest", "rusqlite", "getrandom"],
        why: "these crates do no I/O and have no clock, randomness or async, so that a decision can be replayed",
    },
    Never {
        crates: &["cuelight-artifact", "cuelight-core", "cuelight-resolve", "cuelight-store"],
        dependencies: &["minijinja"],
        why: "templates are rendered in cuelight-render only",
    },
    Never {
        crates: &["cuelight-client"],
        dependencies: &["axum", "tower", "reqwest", "url", "rusqlite", "clap", "tracing-subscriber"],
        why: "every application that uses the client builds what it brings along",
    },
    Never {
        crates: &["cuelight-store", "cuelight-app", "cuelight-http", "cuelight-ui"],
        dependencies: &["rusqlite", "libsqlite3-sys", "tokio-postgres"],
        why: "the ports know no database",
    },
];
