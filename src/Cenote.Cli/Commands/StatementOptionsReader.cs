using System.CommandLine;
using System.Globalization;
using Cenote.Shared;

namespace Cenote.Cli.Commands;

/// <summary>Turns the words of a command that measures with a statement into options.</summary>
internal abstract class StatementOptionsReader(StatementCommand command, ParseResult words) : DatabaseOptionsReader(command, words)
{
    private const int DefaultSeconds = 60;

    protected bool AllowsWrites => IsGiven(command.AllowWrites);

    protected TimeSpan ReadDuration() => TimeSpan.FromSeconds(ReadNumber(command.Seconds, 2, 3600) ?? DefaultSeconds);

    protected string? ReadStatement()
    {
        var given = Value(command.Statement);
        if (Value(command.StatementFile) is { } file)
        {
            if (given is not null)
            {
                Refuse("--statement and --statement-file are both given. Give one of them.");
                return null;
            }

            var text = SecretSource.Read(command.StatementFile.Name, file, out var problem);
            if (problem is not null)
            {
                Refuse(problem);
            }

            return text;
        }

        if (string.IsNullOrWhiteSpace(given))
        {
            Refuse("The statement is missing. Give --statement or --statement-file: a typical query of the application, because the result depends on it.");
        }

        return given;
    }

    protected int? ReadNumber(Option<string?> option, int least, int most)
    {
        if (Value(option) is not { } text)
        {
            return null;
        }

        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
        {
            return number;
        }

        Refuse(FormattableString.Invariant($"{option.Name} is not a whole number from {least} to {most}."));
        return null;
    }
}
