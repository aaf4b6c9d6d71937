using System.Diagnostics.CodeAnalysis;

namespace Cenote.ProviderTests.Replication;

/// <summary>A connection to a server that is not installed here, which answers as its manual says.</summary>
/// <param name="version">What it says of itself when one connects.</param>
/// <param name="results">Its answer to the statements of one round trip.</param>
internal sealed class ScriptedServer(string version, params DataTable[] results) : DbConnection
{
    private readonly DataTable[] _results = results;

    /// <summary>What it was asked.</summary>
    internal List<string> Questions { get; } = [];

    /// <summary>The timeout of the last command, in seconds.</summary>
    internal int? LastTimeout { get; private set; }

    [AllowNull]
    public override string ConnectionString { get; set; } = "";

    public override string Database => "";

    public override string DataSource => "";

    public override string ServerVersion => version;

    public override ConnectionState State => ConnectionState.Open;

    public override void Open()
    {
    }

    public override void Close()
    {
    }

    public override void ChangeDatabase(string databaseName) => throw new NotSupportedException();

    /// <summary>A result with one row, or with none when the first value is missing.</summary>
    internal static DataTable Row(params (string Name, object? Value)[] columns)
    {
        var table = new DataTable();
        foreach (var (name, value) in columns)
        {
            table.Columns.Add(name, value?.GetType() ?? typeof(string));
        }

        table.Rows.Add([.. columns.Select(static column => column.Value ?? DBNull.Value)]);
        return table;
    }

    /// <summary>The answer of SHOW STATUS.</summary>
    internal static DataTable Variables(params (string Name, string Value)[] variables)
    {
        var table = new DataTable();
        table.Columns.Add("Variable_name", typeof(string));
        table.Columns.Add("Value", typeof(string));
        foreach (var (name, value) in variables)
        {
            table.Rows.Add(name, value);
        }

        return table;
    }

    internal DbDataReader Answer(string question, int timeout)
    {
        LastTimeout = timeout;
        Questions.Add(question);
        var answer = new DataSet();
        answer.Tables.AddRange([.. _results.Select(static table => table.Copy())]);
        for (var table = 0; table < answer.Tables.Count; table++)
        {
            answer.Tables[table].TableName = $"{table}";
        }

        return answer.CreateDataReader();
    }

    protected override DbTransaction BeginDbTransaction(IsolationLevel isolationLevel) => throw new NotSupportedException();

    protected override DbCommand CreateDbCommand() => new ScriptedCommand(this);
}
