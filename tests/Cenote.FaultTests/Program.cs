using Cenote.FaultTests.Reporting;

// Without arguments of the lab's own this is an ordinary test host; CONTRIBUTING says what else it does.
return args switch
{
    ["reliability", .. var rest] => await ReliabilityCommand.RunAsync(page: null, only: rest.FirstOrDefault() ?? ""),
    _ => await Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args),
};
