using System.Data.Common;
using System.Globalization;
using System.Net.Sockets;
using System.Transactions;
using Cenote.Providers;
using Cenote.Providers.Drivers;

// An inner exception of the driver may quote the value that it refuses: a secret must not travel along.
#pragma warning disable MA0054

namespace Cenote;

/// <summary>
/// A provider for any driver that has a <see cref="DbProviderFactory"/>. <see cref="AdoNetProviderOptions"/> describe
/// the driver: how its pooling is turned off, and which statements reset a session.
/// </summary>
/// <remarks>The pool resets sessions itself (<see cref="SessionReset.ByPool"/>). Thread-safe.</remarks>
public sealed class AdoNetProvider : DriverProvider<DbConnectionStringBuilder>
{
    // A driver that took longer may have stopped waiting for the database.
    private static readonly TimeSpan LongestSending = TimeSpan.FromSeconds(1);

    private readonly string _connectionString;
    private readonly AdoNetProviderOptions _options;
    private readonly SecretFragments _secrets;
    private volatile bool _wasValidated;

    /// <summary>Initializes a new instance of the <see cref="AdoNetProvider"/> class.</summary>
    /// <param name="factory">The driver's factory.</param>
    /// <param name="connectionString">The driver's connection string.</param>
    /// <param name="options">The settings for the driver; <see langword="null"/> for those of
    /// <see cref="For"/>.</param>
    /// <exception cref="ArgumentException">The connection string, or its overrides, cannot be read, or the driver
    /// refuses it. The message quotes no part of it.</exception>
    public AdoNetProvider(DbProviderFactory factory, string connectionString, AdoNetProviderOptions? options = null)
        : this(factory, NewBuilder(factory), connectionString, options?.Copy() ?? FindProfile(factory, connectionString))
    {
    }

    private AdoNetProvider(DbProviderFactory factory, DbConnectionStringBuilder builder, string connectionString, AdoNetProviderOptions options)
        : base(factory, builder, connectionString, AddressKind.Unknown, filled => Describe(filled, options))
    {
        _options = options;
        IgnoresTokens = options.IgnoresTokens;
        _connectionString = builder.ConnectionString;
        _secrets = new SecretFragments(SafeConnectionString.UsesOdbcRules(builder));
        _secrets.Add(connectionString);
        if (options.ConnectionStringOverrides is { } amendment)
        {
            _secrets.Add(amendment);
        }

        AmbientTransactionProblem = FindEnlistProblem();
    }

    /// <summary>
    /// Creates a provider with the settings for the driver of the factory: DuckDB.NET, System.Data.Odbc (MariaDB ODBC,
    /// psqlODBC and sqliteodbc, by <c>Driver</c>), FirebirdSql.Data.FirebirdClient, MySql.Data, ClickHouse.Driver.
    /// </summary>
    /// <param name="factory">The driver's factory. One that is not known gets the defaults of
    /// <see cref="AdoNetProviderOptions"/>.</param>
    /// <param name="connectionString">The driver's connection string.</param>
    /// <param name="configure">A callback to change the settings; <see langword="null"/> for none.</param>
    /// <exception cref="ArgumentException">The connection string, or its overrides, cannot be read, or the driver
    /// refuses it. The message quotes no part of it.</exception>
    public static AdoNetProvider For(DbProviderFactory factory, string connectionString, Action<AdoNetProviderOptions>? configure = null)
    {
        var options = FindProfile(factory, connectionString);
        configure?.Invoke(options);
        return new AdoNetProvider(factory, connectionString, options);
    }

    /// <summary>
    /// Gets the reason why connections cannot join an ambient transaction: the driver's connection type does not
    /// override <see cref="DbConnection.EnlistTransaction"/>.
    /// </summary>
    public override string? AmbientTransactionProblem { get; }

    /// <inheritdoc/>
    public override string DatabaseSystem => _options.DatabaseSystem;

    /// <summary>Gets whether <see cref="AdoNetProviderOptions.PasswordKeyword"/> is set.</summary>
    public override bool SupportsCredentials => _options.PasswordKeyword is not null;

    /// <inheritdoc/>
    public override IEnumerable<string> Validate(ConnectionSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        if (settings.SessionReset == SessionReset.ByDriver)
        {
            yield return "SessionReset is ByDriver, which the AdoNetProvider does not support. Use ByPool.";
        }

        if (settings.ResetMode == ResetMode.Rollback && string.IsNullOrWhiteSpace(_options.RollbackCommand) && !_options.ChecksForTransactions)
        {
            yield return "ResetMode is Rollback, but neither AdoNetProviderOptions.RollbackCommand nor ChecksForTransactions is set. Set the statement that rolls back an open transaction, or choose ResetMode.None.";
        }

        if (string.IsNullOrWhiteSpace(_options.ValidationCommand))
        {
            yield return "AdoNetProviderOptions.ValidationCommand is empty. Set the cheapest statement that the database answers, such as SELECT 1.";
        }
    }

    /// <inheritdoc/>
    public override PhysicalConnection CreateConnection(ConnectionSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var connection = Factory.CreateConnection() ?? throw new NotSupportedException($"{Factory.GetType()} creates no connections.");
        SetConnectionString(connection, WithCredentials(settings.Credentials));
        return new AdoNetPhysicalConnection(connection, settings, _options, this);
    }

    /// <inheritdoc/>
    public override FailureKind ClassifyFailure(Exception exception) => exception switch
    {
        UnshownFailureException unshown => unshown.Kind,
        ValidationRefusedException => FailureKind.InvalidConfiguration,

        // A caller's cancellation may carry the database's answer inside, but it is not a failure, unless the network
        // ended it.
        OperationCanceledException => IsEndOfNetwork(exception) ? FailureKind.ConnectionLost : FailureKind.Other,
        _ => _options.FailureClassifier?.Invoke(exception) ?? FailureClassification.Classify(exception),
    };

    // A driver that cancels by closing its socket has a chain of exceptions that ends with the abort.
    private static bool IsEndOfNetwork(Exception exception)
    {
        for (var current = exception.InnerException; current is not null; current = current.InnerException)
        {
            if (current is SocketException { SocketErrorCode: SocketError.OperationAborted or SocketError.Interrupted })
            {
                return false;
            }
        }

        return FailureClassification.Classify(exception) == FailureKind.ConnectionLost;
    }

    /// <inheritdoc/>
    public override bool IsCancelComplete(TimeSpan? sendDuration) =>
        _options.IsCancelComplete && (sendDuration is { } sending ? sending < LongestSending : !_options.IgnoresTokens);

    /// <summary>
    /// Gets whether the next connection must be validated before its first lease.
    /// </summary>
    internal bool ValidatesNext => _options.ValidatesAtOpen || !WasValidated;

    /// <summary>Gets whether the database has answered the validation statement before.</summary>
    internal bool WasValidated => _wasValidated;

    internal void RecordValidation() => _wasValidated = true;

    // ODBC throws an InvalidOperationException and MySql.Data a NullReferenceException. A value that the reader cannot
    // convert does not end a statement.
    internal override bool MayEndByCancel(Exception exception) =>
        exception is DbException or InvalidOperationException or NullReferenceException;

    internal override bool IsAnswer(DbException exception)
    {
        try
        {
            return exception is not UnshownFailureException && (_options.IsDatabaseFailure?.Invoke(exception) ?? base.IsAnswer(exception));
        }
        catch (Exception)
        {
            // The application's own check threw: in doubt, the outcome is unknown.
            return false;
        }
    }

    /// <summary>
    /// Replaces an exception of the driver that quotes a secret; <see langword="null"/> when it quotes none.
    /// </summary>
    internal UnshownFailureException? Hide(Exception exception, DatabaseCredentials? credentials)
    {
        if (!_secrets.AreQuotedBy(exception) && (credentials is null || !SecretFragments.IsQuotedBy(exception, credentials.Password)))
        {
            return null;
        }

        try
        {
            return new UnshownFailureException(exception, ClassifyFailure(exception));
        }
        catch (Exception)
        {
            // The application's own classification threw.
            return new UnshownFailureException(exception, FailureKind.Other);
        }
    }

    /// <summary>
    /// Lets the driver read the connection string, and returns why its connections cannot enlist. A factory that
    /// creates no connections fails at the first open.
    /// </summary>
    private string? FindEnlistProblem()
    {
        DbConnection? connection;
        try
        {
            connection = Factory.CreateConnection();
        }
        catch (Exception)
        {
            return null;
        }

        if (connection is null)
        {
            return null;
        }

        using (SetConnectionString(connection, _connectionString))
        {
            Action<Transaction?> enlist = connection.EnlistTransaction;
            return enlist.Method.DeclaringType == typeof(DbConnection) ? $"{connection.GetType().Name} cannot join an ambient transaction." : null;
        }
    }

    private static DbConnection SetConnectionString(DbConnection connection, string connectionString)
    {
        try
        {
            connection.ConnectionString = connectionString;
            return connection;
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            connection.Dispose();

            // Without the driver's message: where its factory has no builder, this is its first look at the text, and
            // it may quote any part of it.
            throw new ArgumentException(
                $"The driver refuses the connection string ({exception.GetType().Name}). It does not know a keyword, or a value does not fit. Put quotes around values that contain ';' or '='. Neither is shown because they may hold secrets.", nameof(connectionString));
        }
    }

    private string WithCredentials(DatabaseCredentials? credentials)
    {
        if (credentials is null || _options.PasswordKeyword is not { } passwordKeyword)
        {
            return _connectionString;
        }

        var builder = NewBuilder(Factory);
        builder.ConnectionString = _connectionString;
        builder[passwordKeyword] = SafeConnectionString.Quote(builder, credentials.Password);
        if (credentials.UserName is not null)
        {
            builder[_options.UserNameKeyword ?? throw NoUserNameKeyword()] = SafeConnectionString.Quote(builder, credentials.UserName);
        }

        return builder.ConnectionString;
    }

    private static InvalidOperationException NoUserNameKeyword() =>
        new("The credentials callback names a user, but AdoNetProviderOptions.UserNameKeyword is not set. Set the driver's keyword for the user, or give a password only.");

    private static AdoNetProviderOptions FindProfile(DbProviderFactory factory, string connectionString) =>
        DriverProfiles.Find(factory, SafeConnectionString.Parse(NewBuilder(factory), connectionString));

    private static DbConnectionStringBuilder NewBuilder(DbProviderFactory factory)
    {
        ArgumentNullException.ThrowIfNull(factory);
        return factory.CreateConnectionStringBuilder() ?? new DbConnectionStringBuilder();
    }

    private static ConnectionTarget Describe(DbConnectionStringBuilder builder, AdoNetProviderOptions options)
    {
        if (options.ConnectionStringOverrides is { } amendment)
        {
            SafeConnectionString.Parse(builder, amendment);
        }

        var server = FirstOf(builder, "Data Source", "DataSource", "Server", "Host", "ServerName");
        var database = FirstOf(builder, "Database", "Initial Catalog");
        return new ConnectionTarget
        {
            DataSource = server,
            Database = database,
            Address = ServerAddress.PortOf(FirstOf(builder, "Port", "Port Number")) is { } port ? ServerAddress.Format(SafeConnectionString.Mask(server), port, database) : null,
            UserName = FirstOf(builder, "User ID", "UserID", "Username", "User Name", "User", "UID"),
            Enlists = FirstOf(builder, "Enlist", "Auto Enlist", "AutoEnlist").ToUpperInvariant() is not ("FALSE" or "NO" or "0"),
        };
    }

    private static string FirstOf(DbConnectionStringBuilder builder, params ReadOnlySpan<string> keywords)
    {
        foreach (var keyword in keywords)
        {
            // A strict builder throws for keywords that it does not know, so ask first.
            if (builder.ContainsKey(keyword) && Convert.ToString(builder[keyword], CultureInfo.InvariantCulture) is { Length: > 0 } value)
            {
                return SafeConnectionString.Unquote(builder, value);
            }
        }

        return "";
    }
}
