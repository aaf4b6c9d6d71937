using System.Data.Common;
using Cenote.Providers;

namespace Cenote;

/// <summary>
/// The settings of an <see cref="AdoNetProvider"/> that depend on the driver. Read once, when the provider is
/// constructed.
/// </summary>
public sealed class AdoNetProviderOptions
{
    /// <summary>Gets or sets the database's name in OpenTelemetry's <c>db.system.name</c>.</summary>
    /// <value>Default <c>other_sql</c>.</value>
    public string DatabaseSystem { get; set; } = "other_sql";

    /// <summary>
    /// Gets or sets the pairs added to the connection string, where they override its own. Use them to turn the
    /// driver's pooling off.
    /// </summary>
    /// <value>Default <see langword="null"/>: none. For most drivers <c>Pooling=false</c>.</value>
    public string? ConnectionStringOverrides { get; set; }

    /// <summary>Gets or sets the cheapest statement that the session answers.</summary>
    /// <value>Default <c>SELECT 1</c>.</value>
    public string ValidationCommand { get; set; } = "SELECT 1";

    /// <summary>
    /// Gets or sets the statement that rolls back an open transaction, and succeeds without one.
    /// </summary>
    /// <value>Default <see langword="null"/>: none. <see cref="ResetMode.Rollback"/> needs it;
    /// <see cref="ResetMode.Full"/> runs it before <see cref="ResetCommand"/>. A driver's transaction object that the
    /// holder of a lease leaves open may outlive it: holders must dispose of theirs.</value>
    public string? RollbackCommand { get; set; }

    /// <summary>Gets or sets the statement that resets the whole session to its state after connecting.</summary>
    /// <value>
    /// Default <see langword="null"/>: <see cref="ResetMode.Full"/> closes the driver's connection after each lease and
    /// opens it again, in the background. That is right for every driver, and cheap for a database within the process;
    /// over a network it costs a connect for each lease.
    /// </value>
    public string? ResetCommand { get; set; }

    /// <summary>
    /// Gets or sets the check whether a failure of <see cref="RollbackCommand"/> only means that no transaction was
    /// open, for databases that refuse a rollback then.
    /// </summary>
    /// <value>Default <see langword="null"/>: every failure means that the connection cannot be used again.</value>
    public Func<DbException, bool>? IsNoTransactionFailure { get; set; }

    /// <summary>
    /// Gets or sets the classification of the driver's exceptions. A result of <see langword="null"/> falls back on
    /// <see cref="FailureClassification.Classify"/>.
    /// </summary>
    /// <value>Default <see langword="null"/>. Must be thread-safe.</value>
    public Func<Exception, FailureKind?>? FailureClassifier { get; set; }

    /// <summary>
    /// Gets or sets the connection string's keyword for the user, to use
    /// <see cref="ConnectionPoolOptions.CredentialsProvider"/>.
    /// </summary>
    /// <value>Default <see langword="null"/>: users from a callback are refused. Often <c>User ID</c>.</value>
    public string? UserNameKeyword { get; set; }

    /// <summary>
    /// Gets or sets the connection string's keyword for the password, to use
    /// <see cref="ConnectionPoolOptions.CredentialsProvider"/>.
    /// </summary>
    /// <value>Default <see langword="null"/>: credentials from a callback are not accepted. Often
    /// <c>Password</c>.</value>
    public string? PasswordKeyword { get; set; }

    internal AdoNetProviderOptions Copy() => (AdoNetProviderOptions)MemberwiseClone();
}
