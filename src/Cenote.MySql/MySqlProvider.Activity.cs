using Cenote.MySql;

namespace Cenote;

// What the sessions of the server are doing.
public sealed partial class MySqlProvider : ISessionActivityReader
{
    SessionIdentity? ISessionActivityReader.GetSession(PhysicalConnection connection) => (connection as MySqlSession)?.Identity;

    ValueTask<SessionReading> ISessionActivityReader.ReadActivityAsync(
        DbConnection connection, IReadOnlyCollection<long> sessionIds, bool includesStatements, TimeSpan timeout, CancellationToken cancellationToken) =>
        new ActivityQueries((MySqlConnection)connection, timeout, cancellationToken).ReadAsync(sessionIds, includesStatements);
}
