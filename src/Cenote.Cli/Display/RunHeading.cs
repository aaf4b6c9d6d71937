namespace Cenote.Cli.Display;

/// <summary>What a run is about.</summary>
/// <param name="Database">The database and where it is; never a secret.</param>
/// <param name="Clients">Clients at work.</param>
/// <param name="MinSize">The pool's minimum size.</param>
/// <param name="MaxSize">The pool's maximum size.</param>
/// <param name="Seed">What chance was made from.</param>
/// <param name="Duration">How long the clients are to work.</param>
internal sealed record RunHeading(string Database, int Clients, int MinSize, int MaxSize, int Seed, TimeSpan Duration)
{
    public string Settings => FormattableString.Invariant($"{Clients} clients · pool of {MinSize} to {MaxSize} · seed {Seed}");
}
