using System.CommandLine;
using System.Globalization;
using Cenote.Cli.Checking;
using Cenote.Shared;

namespace Cenote.Cli.Commands;

/// <summary>
/// Turns the words of a command that works on a database into options and lists every problem, without a part of the
/// connection string.
/// </summary>
internal abstract class DatabaseOptionsReader(DatabaseCommand command, ParseResult words)
{
    private static readonly string[] Secrets = ["password", "pwd", "psw", "passphrase", "ssl password", "sslpassword", "certificate password", "certificatepassword"];

    private static readonly TimeSpan Default = TimeSpan.FromSeconds(10);

    private readonly List<string> _problems = [];

    /// <summary>A database for which no other argument would help.</summary>
    private string? _unsupported;

    /// <summary>Gets one sentence per problem; empty for valid options.</summary>
    public IReadOnlyList<string> Problems => _unsupported is null ? _problems : [_unsupported];

    protected bool AsksForJson => IsGiven(command.Json);

    protected void Refuse(string problem) => _problems.Add(problem);

    /// <summary>Reads the database, its connection string and the timeout.</summary>
    protected (ServerQuestions? Questions, string? Connection, TimeSpan Timeout) ReadTarget()
    {
        var questions = ReadDatabase();
        var timeout = ReadTimeout();
        var connection = ReadConnection();
        if (connection is not null && questions is not null)
        {
            CheckConnection(questions, connection, timeout > TimeSpan.Zero ? timeout : Default);
        }

        return (questions, connection, timeout);
    }

    /// <summary>Returns the text of an option; <see langword="null"/> where it is not given, or was refused.</summary>
    protected string? Value(Option<string?> option) => words.GetResult(option) is { Errors: var errors } && !errors.Any() ? words.GetValue(option) : null;

    protected bool IsGiven(Option<bool> option) => words.GetResult(option) is { Errors: var errors } && !errors.Any() && words.GetValue(option);

    private ServerQuestions? ReadDatabase()
    {
        var word = words.GetValue(command.Database);
        var questions = ServerQuestions.For(word);
        if (questions is null && ServerQuestions.NameOfUntested(word) is { } name)
        {
            _unsupported = $"DATABASE is {name}, which cenote {command.Name} does not support yet, because it was never tested there. See docs/{command.Name}.md for the databases that it supports.";
        }
        else if (questions is null)
        {
            _problems.Add($"DATABASE is {(word is null ? "missing" : "not one that this command knows")}: give {command.Databases}.");
        }

        return questions;
    }

    private TimeSpan ReadTimeout()
    {
        if (Value(command.Timeout) is not { } text)
        {
            return Default;
        }

        if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) && seconds is >= 0.1 and <= 600)
        {
            return TimeSpan.FromSeconds(seconds);
        }

        _problems.Add("--timeout is not a number of seconds from 0.1 to 600.");
        return TimeSpan.Zero;
    }

    private string? ReadConnection()
    {
        var given = Value(command.Connection);
        if (Value(command.ConnectionFile) is { } file)
        {
            if (given is not null)
            {
                _problems.Add("--connection and --connection-file are both given. Give one of them.");
                return null;
            }

            var text = SecretSource.Read(command.ConnectionFile.Name, file, out var problem);
            if (problem is not null)
            {
                _problems.Add(problem);
            }

            return text?.Trim();
        }

        if (string.IsNullOrWhiteSpace(given) && given is not null)
        {
            _problems.Add("--connection is empty.");
            return null;
        }

        var found = given ?? SecretSource.FromEnvironment(SecretSource.ConnectionVariable);
        if (found is null)
        {
            _problems.Add($"The connection string is missing. Give --connection, --connection-file, or set the environment variable {SecretSource.ConnectionVariable}.");
        }

        return found;
    }

    private void CheckConnection(ServerQuestions questions, string connection, TimeSpan timeout)
    {
        try
        {
            // The rules of the pool itself, whose messages repeat nothing that may be a secret.
            using var pool = ServerCheck.NewPool(questions, connection, timeout);
        }
        catch (Exception exception) when (exception is ArgumentException or PoolOptionsException)
        {
            _problems.Add($"The connection string is refused: {exception.Message.Split(" (Parameter")[0]}");
            return;
        }

        if (Value(command.Connection) is { } given && HasSecret(given))
        {
            _problems.Add($"--connection has a password in it, which every user of the machine sees. Set {SecretSource.ConnectionVariable}, or give --connection-file.");
        }
    }

    private static bool HasSecret(string connectionString)
    {
        var pairs = new System.Data.Common.DbConnectionStringBuilder { ConnectionString = connectionString };
        return Array.Exists(Secrets, pairs.ContainsKey);
    }
}
