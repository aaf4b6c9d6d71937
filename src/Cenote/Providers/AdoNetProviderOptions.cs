using System.Data.Common;
using Cenote.Providers;

namespace Cenote;

/// <summary>
/// The settings of an <see cref="AdoNetProvider"/> that depend on the driver. Read once, when the provider is
/// constructed. <see cref="AdoNetProvider.For"/> fills them for the drivers that it knows.
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

    /// <summary>
    /// Gets or sets the cheapest statement that the session answers. The first connection of the provider runs it, so
    /// that a statement that the database refuses is found at once.
    /// </summary>
    /// <value>Default <c>SELECT 1</c>.</value>
    public string ValidationCommand { get; set; } = "SELECT 1";

    /// <summary>
    /// Gets or sets the statement that rolls back an open transaction, and succeeds without one.
    /// </summary>
    /// <value>Default <see langword="null"/>: none. <see cref="ResetMode.Rollback"/> needs it;
    /// <see cref="ResetMode.Full"/> runs it before <see cref="ResetCommand"/>. A driver's transaction object that the
    /// holder of a lease leaves open may outlive it: holders must dispose of theirs.</value>
    public string? RollbackCommand { get; set; }

    /// <summary>
    /// Gets or sets whether each new connection runs <see cref="ValidationCommand"/> before its first lease. For
    /// drivers whose connections open without contacting the server.
    /// </summary>
    /// <value>Default <see langword="false"/>: only the first connection does.</value>
    public bool ValidatesAtOpen { get; set; }

    /// <summary>
    /// Gets or sets whether each reset begins and ends a transaction of the driver. A driver refuses that while a
    /// transaction exists that the holder has left open. The driver's connection is then closed and opened again.
    /// </summary>
    /// <value>Default <see langword="false"/>: only a reset without <see cref="ResetCommand"/> does. Over a network,
    /// <see langword="true"/> costs up to two round trips for each lease.</value>
    public bool ChecksForTransactions { get; set; }

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
    /// Gets or sets the check whether an exception is the database's own answer, and not a failure of the driver or the
    /// network. A commit that failed by an answer was not done. After any other failure its outcome is unknown.
    /// </summary>
    /// <value>Default <see langword="null"/>: exceptions with an SQLSTATE. Must be thread-safe.</value>
    public Func<DbException, bool>? IsDatabaseFailure { get; set; }

    /// <summary>
    /// Gets or sets whether <see cref="DbCommand.Cancel"/> returns only after the database has received the request, so
    /// that it cannot end a later statement. The pool then keeps the connection of a cancelled statement, and validates
    /// it before its next lease.
    /// </summary>
    /// <value>Default <see langword="false"/>: the connection is closed when it is returned.</value>
    public bool IsCancelComplete { get; set; }

    /// <summary>
    /// Gets or sets whether the driver ignores cancellation tokens during a statement. The pool then calls
    /// <see cref="DbCommand.Cancel"/>.
    /// </summary>
    /// <value>Default <see langword="false"/>: the driver does so itself, as the base classes of ADO.NET do.</value>
    public bool IgnoresTokens { get; set; }

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

    /// <summary>
    /// Gets or sets whether the driver reports a lost session as open, so that only the database's answer counts.
    /// </summary>
    internal bool HidesLostSessions { get; set; }

    internal AdoNetProviderOptions Copy() => (AdoNetProviderOptions)MemberwiseClone();
}
