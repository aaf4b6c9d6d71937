namespace Cenote.Cli.Clients;

/// <summary>Everything that is counted while clients are at work.</summary>
internal sealed class RunMeters
{
    private readonly OperationMeter[] _operations = [.. Enum.GetValues<OperationKind>().Select(_ => new OperationMeter())];

    public RentTally Rents { get; } = new();

    public ErrorTally Errors { get; }

    public RunMeters(Func<string, string> hideSecrets) => Errors = new ErrorTally(hideSecrets);

    public OperationMeter this[OperationKind kind] => _operations[(int)kind];

    public long Total(OperationOutcome outcome) => _operations.Sum(operation => operation.Count(outcome));
}
