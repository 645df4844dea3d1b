//! Expressions written to hang, to exhaust memory or to overflow the stack: each ends with an error or a result on the small stack of an async
//! worker.
//!
//! Nothing here is timed. What an evaluation costs is its budget, which ends those that would not end; what no budget counts, such as reading a
//! source, is given so much that anything worse than linear runs into the runner's limit for tests that hang.

use json::Value;
use stepwell_jsonata::{Error, Expression, Limits, NoBindings, Outcome, Profile, World};

fn evaluate(source: &str, input: Option<&Value>) -> Result<Outcome, Error> {
    let expression = Expression::parse_as(source, Profile::StepFunctions)?;
    let limits = Limits { steps: 3_000_000, ..Limits::default() };
    expression.evaluate(input, &NoBindings, &limits, &World { now_ms: 0, seed: 1 })
}

/// Evaluates on a thread with 2 MiB of stack.
fn check(source: &str) -> Result<Outcome, Error> {
    std::thread::scope(|scope| {
        let worker = std::thread::Builder::new().stack_size(2 << 20);
        let worker = worker.spawn_scoped(scope, || evaluate(source, None)).expect("a thread can be started");
        worker.join().expect("no expression panics")
    })
}

fn is_limit(source: &str) {
    match check(source) {
        Err(error) if error.is_limit() => {}
        other => panic!("{} gave {other:?}", source.chars().take(80).collect::<String>()),
    }
}

#[test]
fn deep_sources_are_refused() {
    let deep =
        |open: &str, middle: &str, close: &str| format!("{}{middle}{}", open.repeat(100_000), close.repeat(100_000));
    is_limit(&deep("(", "1", ")"));
    is_limit(&deep("[", "1", "]"));
    is_limit(&deep("{\"a\":", "1", "}"));
    is_limit(&deep("-", "x", ""));
    is_limit(&deep("$f(", "1", ")"));
    is_limit(&deep("a[", "1", "]"));
    is_limit(&deep("function($x){", "1", "}"));
    is_limit(&deep("true ? ", "1", ""));
    is_limit(&deep("$x := ", "1", ""));
    is_limit(&deep("|a|", "1", "|"));
    is_limit(&deep("1 + ", "1", ""));
    is_limit(&deep("\"a\" & ", "\"b\"", ""));
    is_limit(&deep("$f ~> ", "$g", ""));
}

/// Each is so long that reading it in time squared would take minutes.
#[test]
fn long_flat_sources_are_read() {
    let long = |before: &str, part: &str, after: &str| format!("{before}{}{after}", part.repeat(200_000));
    let assignments: String = (0..200_000).map(|number| format!("$v{number} := {number};")).collect();
    for source in [
        long("$x", ".a", ""),
        long("[", "1,", "1]"),
        long("(", "1;", "1)"),
        long("$x", "[0]", ""),
        format!("({assignments} $v199999)"),
    ] {
        assert!(check(&source).is_ok(), "{}…", &source[..20]);
    }
    is_limit(&long("", "%.", ""));
    for source in [long("", "[", ""), long("", "$x.%", "")] {
        let _ = check(&source);
    }
}

/// What a reference to a variable costs is bounded even where every block around it assigns that variable.
#[test]
fn many_references_through_many_blocks() {
    let nested = |inner: &str| format!("{}{inner}{}", "($x := 1; ".repeat(200), ")".repeat(200));
    assert!(check(&nested(&format!("[{}$x]", "$x,".repeat(10_000)))).is_ok());
    is_limit(&nested(&format!("[{}$x]", "($y := 1; $x),".repeat(10_000))));
    let parents = format!("{}[{}%]{}", "(".repeat(200), "%,".repeat(10_000), ")".repeat(200));
    assert!(check(&format!("$x.a.{parents}")).is_ok());
}

#[test]
fn endless_programs_end() {
    is_limit("($f := function(){ $f() }; $f())");
    is_limit("($f := function($n){ 1 + $f($n + 1) }; $f(0))");
    is_limit("($f := function($n){ $f($n + 1) & '' }; $f(0))");
    is_limit("($f := function($g){ $g($g) }; $f($f))");
    is_limit("$reduce([1..10000000], function($a, $b){ [$a, $b, $a] })");
    is_limit("$map([1..100000], function($x){ $map([1..100000], function($y){ $y }) })");
    is_limit("[1..10000000][[1..10000000][0] = 1]");
    is_limit("($a := [1..100000].{'a': [1..3]}; $count([1..100000][$a = $a]))");
    is_limit("($a := [1..10000]; $a^($sum([1..10000])))");
}

#[test]
fn large_values_are_refused_or_made_soon() {
    is_limit("$pad('x', 1000000000)");
    is_limit("$pad('x', -1000000000, 'yz')");
    is_limit("($f := function($s, $n){ $n = 0 ? $s : $f($s & $s, $n - 1) }; $f('abcdefgh', 60))");
    is_limit("($f := function($s, $n){ $n = 0 ? $s : $f($append($s, $s), $n - 1) }; $f([1, 2], 60))");
    is_limit("($s := $join($map([1..100000], function($x){ 'abcdefghijklmnopqrstuvwxyz' })); $replace($s, 'a', $s))");
    assert!(check("$distinct([1..200000])").is_ok());
    assert!(check("$count($keys($merge([1..20000].{$string($): 1})))").is_ok());
    assert!(check("$sort([1..50000], function($a, $b){ $a < $b })[0]").is_ok());
    assert_eq!(check("[1..100000000]").map_err(|error| error.code()), Err("D2014"));
    is_limit("$range(0, 1000000000000, 1)");
    let _ = check("$formatNumber(1, $join([1..100000].'#'))");
    let _ = check("$formatInteger(1e300, 'w')");
    let _ = check("$fromMillis(1, $join([1..100000].'[Y]'))");
    let _ = check("$fromMillis(1e300)");
    let _ = check("$formatBase(1e308, 2)");
    let _ = check("$round(1e308, 400) + $round(1e-308, -400)");
    let _ = check("$power(10, 308) * 10 ~> $string()");
    let _ = check("$substring('abc', -1e300, 1e300)");
    let _ = check("$split($join([1..100000].'a'), '')");
}

#[test]
fn deep_values_are_refused_and_dropped_without_recursion() {
    is_limit("$reduce([1..100000], function($a, $b){ [$a, [$b]] })");
    is_limit("$reduce([1..100000], function($a, $b){ {'a': $a} })");
    is_limit("$reduce([1..100000], function($a, $b){ [[$a]] })");
    is_limit("$reduce([1..100000].$uppercase, function($f, $g){ $f ~> $g })");
    is_limit("($f := function($g, $n){ $n = 0 ? 1 : $f($map(?, $g), $n - 1) }; $f($uppercase, 100000))");
    // Closures that hold each other, and frames that hold them.
    let _ = check("($f := function($g, $n){ $n = 0 ? $g : $f(function(){ $g() }, $n - 1) }; $type($f($now, 50000)))");
    let _ =
        check("($f := function($g, $n){ $n = 0 ? $g : $f([$g].(function(){ $ }), $n - 1) }; $type($f($now, 50000)))");
    let _ = check("{'a': {}} ~> |$|{'self': $}|");
    let _ = check("{'a': {'b': {}}} ~> |**|{'self': $, 'up': $$}|");
}

#[test]
fn regexes_end() {
    is_limit("$match($pad('', 40, 'a') & 'b', /^(a+)+$/)");
    is_limit("$contains($pad('', 5000, 'a'), /(a*)*(a*)*(a*)*b/)");
    is_limit("$replace($pad('', 200, 'ab'), /((a|b)*)*c/, 'x')");
    let _ = check("$match('aaaa', /(?=(a+))a*b\\1/)");
    let _ = check("$match($pad('', 1000, 'a'), /(?<=(a*)*)b/)");
    for pattern in ["(?<n>a)\\k", "(?<n>a)\\k<", "\\k<n", "\\u12", "\\x", "[a\\c", "(?<", "(?<n"] {
        let _ = check(&format!("$match('a', /{pattern}/)"));
    }
    let _ = check(&format!("$match('a', /{}/)", "(".repeat(10_000)));
    let _ = check(&format!("$match('a', /{}a{}/)", "(?:".repeat(90), "){100}".repeat(90)));
}

#[test]
fn signatures_are_matched_in_bounded_time() {
    let signature = "x+".repeat(40);
    let arguments = "1,".repeat(60);
    let _ = check(&format!("function($x)<{signature}s:x>{{$x}}({arguments}1)"));
}
