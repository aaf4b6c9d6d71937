using System.Data;
using System.Diagnostics.CodeAnalysis;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace Cenote.EntityFrameworkCore.Replicas;

/// <summary>
/// The context's connection as queries see it: the same in everything, but its commands report themselves to the
/// context's route.
/// </summary>
internal sealed class QueryConnection(IRelationalConnection connection) : IRelationalConnection
{
    private QueryCommand? _returned;

    [AllowNull]
    public string ConnectionString
    {
        get => connection.ConnectionString!;
        set => connection.ConnectionString = value;
    }

    [AllowNull]
    public DbConnection DbConnection
    {
        get => connection.DbConnection;
        set => connection.DbConnection = value;
    }

    public DbContext Context => connection.Context;

    public Guid ConnectionId => connection.ConnectionId;

    public int? CommandTimeout
    {
        get => connection.CommandTimeout;
        set => connection.CommandTimeout = value;
    }

    public IDbContextTransaction? CurrentTransaction => connection.CurrentTransaction;

    public IRelationalCommand RentCommand()
    {
        var command = Interlocked.Exchange(ref _returned, null) ?? new QueryCommand(connection);
        command.Inner = connection.RentCommand();
        return command;
    }

    public void ReturnCommand(IRelationalCommand command)
    {
        if (command is not QueryCommand query)
        {
            connection.ReturnCommand(command);
            return;
        }

        connection.ReturnCommand(query.Inner);
        Volatile.Write(ref _returned, query);
    }

    public void SetDbConnection(DbConnection? value, bool contextOwnsConnection) => connection.SetDbConnection(value, contextOwnsConnection);

    public bool Open(bool errorsExpected = false) => connection.Open(errorsExpected);

    public Task<bool> OpenAsync(CancellationToken cancellationToken, bool errorsExpected = false) => connection.OpenAsync(cancellationToken, errorsExpected);

    public bool Close() => connection.Close();

    public Task<bool> CloseAsync() => connection.CloseAsync();

    public IDbContextTransaction BeginTransaction() => connection.BeginTransaction();

    public Task<IDbContextTransaction> BeginTransactionAsync(CancellationToken cancellationToken = default) => connection.BeginTransactionAsync(cancellationToken);

    public IDbContextTransaction BeginTransaction(IsolationLevel isolationLevel) => connection.BeginTransaction(isolationLevel);

    public Task<IDbContextTransaction> BeginTransactionAsync(IsolationLevel isolationLevel, CancellationToken cancellationToken = default) =>
        connection.BeginTransactionAsync(isolationLevel, cancellationToken);

    public IDbContextTransaction? UseTransaction(DbTransaction? transaction) => connection.UseTransaction(transaction);

    public IDbContextTransaction? UseTransaction(DbTransaction? transaction, Guid transactionId) => connection.UseTransaction(transaction, transactionId);

    public Task<IDbContextTransaction?> UseTransactionAsync(DbTransaction? transaction, CancellationToken cancellationToken = default) =>
        connection.UseTransactionAsync(transaction, cancellationToken);

    public Task<IDbContextTransaction?> UseTransactionAsync(DbTransaction? transaction, Guid transactionId, CancellationToken cancellationToken = default) =>
        connection.UseTransactionAsync(transaction, transactionId, cancellationToken);

    public void CommitTransaction() => connection.CommitTransaction();

    public Task CommitTransactionAsync(CancellationToken cancellationToken = default) => connection.CommitTransactionAsync(cancellationToken);

    public void RollbackTransaction() => connection.RollbackTransaction();

    public Task RollbackTransactionAsync(CancellationToken cancellationToken = default) => connection.RollbackTransactionAsync(cancellationToken);

    public void ResetState() => connection.ResetState();

    public Task ResetStateAsync(CancellationToken cancellationToken = default) => connection.ResetStateAsync(cancellationToken);

    public void Dispose() => connection.Dispose();

    public ValueTask DisposeAsync() => connection.DisposeAsync();
}
