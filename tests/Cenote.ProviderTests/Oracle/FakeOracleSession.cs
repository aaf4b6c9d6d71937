using System.Globalization;

namespace Cenote.ProviderTests.Oracle;

/// <summary>
/// One session, and the few statements that it knows. What it does not know is an error, as it would be to the
/// database.
/// </summary>
internal sealed class FakeOracleSession(FakeOracleDatabase database, int id)
{
    private const string StatusQuery =
        "SELECT DATABASE_ROLE, OPEN_MODE, (SELECT VALUE FROM V$DATAGUARD_STATS WHERE NAME = 'apply lag') FROM V$DATABASE";

    private readonly object _waiting = new();
    private bool _isCancelled;
    private string _clientInfo = "";
    private string _identifier = "";
    private string _isolation = "READ COMMITTED";
    private string _schema = "SCOTT";
    private int _memory;
    private string _module = "";
    private int _pending;
    private string _timeZone = "+00:00";

    /// <summary>Whether a transaction is open at the server.</summary>
    internal bool HasChanges => _pending > 0;

    internal bool IsDead { get; private set; }

    internal bool IsWaiting { get; private set; }

    internal void Cancel()
    {
        lock (_waiting)
        {
            _isCancelled = true;
            Monitor.Pulse(_waiting);
        }
    }

    internal void End(bool commits)
    {
        database.Commit(commits ? _pending : 0);
        _pending = 0;
    }

    internal DataTable Run(string sql, TimeSpan? limit)
    {
        if (IsDead)
        {
            throw new FakeOracleException("ORA-03113: end-of-file on communication channel");
        }

        switch (sql)
        {
            case "SELECT 1 FROM DUAL": return One(1);
            case "SELECT SID FROM DUAL": return One(id);
            case "SELECT COUNT(*) FROM T": return One(database.Rows + _pending);
            case "SELECT APP.MEMORY FROM DUAL": return One(_memory);
            case "SELECT SYS_CONTEXT('USERENV', 'CURRENT_SCHEMA') FROM DUAL": return One(_schema);
            case "SELECT STATE FROM DUAL": return One($"{_schema}|{_isolation}|{_identifier}|{_module}|{_clientInfo}|{_memory}|{_timeZone}");
            case StatusQuery when database.HidesViews: throw new FakeOracleException("ORA-00942: table or view does not exist");
            case StatusQuery: return Row(database.Role, database.OpenMode, database.ApplyLag);
            case "SELECT SYS_CONTEXT('USERENV', 'DATABASE_ROLE'), NULL, NULL FROM DUAL": return Row(database.Role, null, null);
            case "INSERT INTO T VALUES (1)":
                _pending++;
                return new DataTable();
            case "WAIT":
                return Wait(limit);
            case "DIE":
                IsDead = true;
                throw new FakeOracleException("ORA-00028: your session has been killed");
            case ['F', 'A', 'I', 'L', ' ', .. var message]:
                throw new FakeOracleException(message);
            default:
                RunBlock(sql);
                return new DataTable();
        }
    }

    private void RunBlock(string sql)
    {
        if (!sql.StartsWith("BEGIN\n", StringComparison.Ordinal))
        {
            Alter(sql);
            return;
        }

        Assert.DoesNotContain('\r', sql);
        Assert.EndsWith("\nEND;", sql, StringComparison.Ordinal);
        foreach (var line in sql.Split('\n')[1..^1].Select(line => line.Trim()).Where(line => line.Length > 0))
        {
            Call(line);
        }
    }

    private void Call(string line)
    {
        const string Immediate = "EXECUTE IMMEDIATE '";
        switch (line)
        {
            case "DBMS_SESSION.CLEAR_IDENTIFIER;": _identifier = ""; break;
            case "DBMS_SESSION.SET_IDENTIFIER('ann');": _identifier = "ann"; break;
            case "DBMS_APPLICATION_INFO.SET_MODULE(NULL, NULL);": _module = ""; break;
            case "DBMS_APPLICATION_INFO.SET_MODULE('till', 'pay');": _module = "till"; break;
            case "DBMS_APPLICATION_INFO.SET_CLIENT_INFO(NULL);": _clientInfo = ""; break;
            case "DBMS_APPLICATION_INFO.SET_CLIENT_INFO('desk 7');": _clientInfo = "desk 7"; break;
            case "DBMS_SESSION.MODIFY_PACKAGE_STATE(DBMS_SESSION.REINITIALIZE);": _memory = 0; break;
            case "APP.REMEMBER(7);": _memory = 7; break;
            default:
                if (!line.StartsWith(Immediate, StringComparison.Ordinal) || !line.EndsWith("';", StringComparison.Ordinal))
                {
                    throw new FakeOracleException("ORA-06550: line 1, column 7:\nPLS-00201: identifier must be declared: " + line);
                }

                Alter(line[Immediate.Length..^2].Replace("''", "'", StringComparison.Ordinal));
                break;
        }
    }

    private void Alter(string sql)
    {
        var parts = sql.Split(" = ", 2);
        switch (parts[0])
        {
            case "ALTER SESSION SET CURRENT_SCHEMA": _schema = parts[1].Trim('"'); break;
            case "ALTER SESSION SET ISOLATION_LEVEL": _isolation = parts[1]; break;
            case "ALTER SESSION SET TIME_ZONE": _timeZone = parts[1].Trim('\''); break;
            default: throw new FakeOracleException("ORA-00900: invalid SQL statement: " + sql);
        }
    }

    // A command's timeout and its Cancel give the same error.
    private DataTable Wait(TimeSpan? limit)
    {
        lock (_waiting)
        {
            IsWaiting = true;
            while (!_isCancelled && Monitor.Wait(_waiting, limit ?? Timeout.InfiniteTimeSpan))
            {
            }

            IsWaiting = _isCancelled = false;
        }

        throw new FakeOracleException("ORA-01013: user requested cancel of current operation");
    }

    private static DataTable One(object value) => Row(value);

    private static DataTable Row(params object?[] values)
    {
        var table = new DataTable { Locale = CultureInfo.InvariantCulture };
        foreach (var value in values)
        {
            table.Columns.Add(new DataColumn(null, value?.GetType() ?? typeof(string)));
        }

        table.Rows.Add(values);
        return table;
    }
}
