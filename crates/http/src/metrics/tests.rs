use super::*;

#[test]
fn what_threads_count_apart_is_told_together() {
    let metrics = Metrics::new(0);
    std::thread::scope(|scope| {
        for thread in 0..SHARES * 2 + 1 {
            let metrics = &metrics;
            scope.spawn(move || {
                for n in 0..10 {
                    let status = if (thread + n) % 2 == 0 { 200 } else { 304 };
                    metrics.count("GET", "/x", status);
                }
            });
        }
    });
    let now = Now { at: 1, feeds: 0, projects: vec![], stale: None, spreads: vec![] };
    let text = metrics.print(&now);
    for status in [200, 304] {
        let expected = format!(
            "cuelight_http_requests_total{{method=\"GET\",route=\"/x\",status=\"{status}\"}} {}\n",
            (SHARES * 2 + 1) * 5
        );
        assert_eq!(text.matches(&expected).count(), 1, "{text}");
    }
}
