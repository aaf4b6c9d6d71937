namespace Cenote;

/// <summary>
/// The options of an <see cref="OracleProvider"/>. Read once, when the provider is
/// constructed.
/// </summary>
public sealed class OracleProviderOptions
{
    /// <summary>
    /// Gets or sets a PL/SQL block that restores changes of leases which the provider's own reset does not undo:
    /// <c>ALTER SESSION</c> settings (NLS, time zone), roles, application contexts, rows of temporary tables that
    /// outlive a commit, user locks. Runs after the provider's reset, in the same round trip.
    /// </summary>
    /// <value>
    /// Default <see langword="null"/>: nothing more. PL/SQL statements, each with its semicolon, without <c>BEGIN</c>
    /// and <c>END</c>, such as <c>EXECUTE IMMEDIATE 'ALTER SESSION SET TIME_ZONE = ''UTC''';</c>. Only
    /// <see cref="ResetMode.Full"/> runs it.
    /// </value>
    public string? ResetStatements { get; set; }

    /// <summary>
    /// Gets or sets a callback for each physical connection before it is opened: wallets, access tokens, tracing, the
    /// driver's own properties.
    /// </summary>
    /// <value>Default <see langword="null"/>. Must be thread-safe; must not open the connection.</value>
    public Action<DbConnection>? ConfigureConnection { get; set; }

    internal OracleProviderOptions Copy() => (OracleProviderOptions)MemberwiseClone();
}
