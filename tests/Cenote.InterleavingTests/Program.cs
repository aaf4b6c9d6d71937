using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using Cenote.InterleavingTests;
using Microsoft.Coyote;
using Microsoft.Coyote.Logging;
using Microsoft.Coyote.SystematicTesting;

// Calls that the checker does not intercept and need not: they start nothing and wait for nothing.
string[] harmless =
[
    "System.Threading.ExecutionContext.Capture",
    "System.Threading.ExecutionContext.IsFlowSuppressed",
    "System.Threading.ExecutionContext.SuppressFlow",
    "System.Threading.SynchronizationContext..ctor",
    "System.Threading.SynchronizationContext.get_Current",
    "System.Threading.SynchronizationContext.SetSynchronizationContext",
];

// Usage: Cenote.InterleavingTests [PART_OF_NAME] [ITERATIONS] [SEED]
var filter = args.Length > 0 ? args[0] : "";
var iterationsAsked = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 0;
var tests = typeof(InterleavingAttribute).Assembly.GetTypes()
    .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Static))
    .Select(method => (Method: method, About: method.GetCustomAttribute<InterleavingAttribute>()))
    .Where(test => test.About is not null)
    .Select(test => (Name: $"{test.Method.DeclaringType!.Name}.{test.Method.Name}", test.Method, About: test.About!))
    .Where(test => test.Name.Contains(filter, StringComparison.OrdinalIgnoreCase))
    .OrderBy(test => test.Name, StringComparer.Ordinal)
    .ToArray();
var passed = 0;
var failed = 0;
foreach (var (name, method, about) in tests)
{
    // Fewer schedules may be asked for, but a planted bug is searched until it is found.
    var iterations = (uint)(iterationsAsked > 0 && !about.MustFindBug ? iterationsAsked : about.Iterations);
    var configuration = Configuration.Create()
        .WithTelemetryEnabled(false)
        .WithVerbosityEnabled(VerbosityLevel.None)
        .WithTestingIterations(iterations)
        .WithMemoryAccessRaceCheckingEnabled(false)
        .WithPartiallyControlledConcurrencyAllowed(true)
        .WithMaxSchedulingSteps(5_000, 50_000)

        // A machine that stands still for a second, the default, is not a deadlock. Those of the tests are found at
        // once.
        .WithDeadlockTimeout(120_000);
    if (args.Length > 2)
    {
        configuration = configuration.WithRandomGeneratorSeed(uint.Parse(args[2], CultureInfo.InvariantCulture));
    }

    var watch = Stopwatch.StartNew();
    using var engine = TestingEngine.Create(configuration, method.CreateDelegate<Action>());
    engine.SetLogger(new SilentLogger());
    engine.Run();
    var report = engine.TestReport;
    var explored = report.NumOfExploredFairPaths + report.NumOfExploredUnfairPaths;
    var found = report.NumOfFoundBugs > 0;

    // A schedule that left the checker's control shows nothing.
    var uncontrolled = report.UncontrolledInvocations.Except(harmless, StringComparer.Ordinal).ToArray();
    var isSound = explored > 0 && uncontrolled.Length == 0;
    var good = found == about.MustFindBug && isSound;
    _ = good ? passed++ : failed++;
    var outcome = (good, about.MustFindBug) switch
    {
        (true, false) => "ok    ",
        (true, true) => "found ",
        _ => "FAILED",
    };
    Console.WriteLine(FormattableString.Invariant(
        $"{outcome} {name}: {explored} schedules in {watch.Elapsed.TotalSeconds:F1} s, {report.NumOfFoundBugs} bugs{(found && about.MustFindBug ? " (planted)" : "")}"));
    if (!good)
    {
        foreach (var bug in report.BugReports)
        {
            Console.WriteLine(bug);
        }

        foreach (var invocation in uncontrolled)
        {
            Console.WriteLine($"not controlled: {invocation}");
        }

        if (engine.ReadableTrace is { Length: > 0 } trace)
        {
            Console.WriteLine(trace);
        }
    }
}

Console.WriteLine($"interleavings: {passed} passed, {failed} failed");
return failed == 0 && passed > 0 ? 0 : 1;
