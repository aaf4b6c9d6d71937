using System.Buffers.Binary;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;
using System.Transactions;

namespace Cenote.PostgreSql;

/// <summary>
/// Non-public members of Npgsql, for resets and types. They let one unpooled data source serve all slots of a pool. The
/// driver resets a session only when it returns to a pool of the driver, and gives new types only to sessions of such a
/// pool.
/// </summary>
internal static class NpgsqlInternals
{
    private const string ConnectorType = "Npgsql.Internal.NpgsqlConnector, Npgsql";
    private const string WriteBufferType = "Npgsql.Internal.NpgsqlWriteBuffer, Npgsql";
    private const string PreparedStatementsType = "Npgsql.PreparedStatementManager, Npgsql";

    private const BindingFlags Hidden = BindingFlags.Instance | BindingFlags.NonPublic;

    // Their type is not public, and an accessor without reflection does not exist for such fields.
    private static readonly FieldInfo? TypesOfSession = Type.GetType(ConnectorType)?.GetField("ReloadableState", Hidden);
    private static readonly FieldInfo? TypesOfSource = typeof(NpgsqlDataSource).GetField("CurrentReloadableState", Hidden);

    // An older or merely compatible server has no DISCARD. Npgsql does not send it either.
    private static readonly Version FirstWithDiscard = new(8, 3);

    private static readonly byte[] EndLimitMessage = MessageOf(SessionCommands.SetLimit(null));
    private static readonly byte[] DiscardMessage = MessageOf("DISCARD ALL");
    private static readonly byte[] ResetRoleMessage = MessageOf(SessionCommands.ResetRole);
    private static readonly byte[] ResetOriginMessage = MessageOf(SessionCommands.ResetOrigin);

    private static NpgsqlDataSource? s_disposed;

    /// <summary>
    /// Gets whether this version of the driver has all members. If not, each session gets its own driver's pool.
    /// </summary>
    internal static bool AreReachable { get; } = Probe();

    /// <summary>Makes the driver also send its reset for a session outside the driver's pools.</summary>
    internal static void EnableReset(NpgsqlConnection session)
    {
        if (ConnectorOf(session) is { } connector && session.PostgreSqlVersion >= FirstWithDiscard)
        {
            SendsReset(connector) = true;
            GenerateResetMessage(connector);
        }
    }

    /// <summary>
    /// Does the same as <see cref="NpgsqlConnection.Close"/> for a pooled session: ends running operations, rolls back,
    /// and puts the reset before the next command. The connection stays open in its slot.
    /// </summary>
    internal static async Task ResetAsync(NpgsqlConnection session, bool async)
    {
        var connector = ResettableConnectorOf(session);
        await CloseOngoingOperations(connector, async).ConfigureAwait(false);
        await Reset(connector, async).ConfigureAwait(false);
    }

    /// <summary>
    /// Does the same for a session without the driver's reset, and sends a reset. The driver reads the answers before
    /// that to the next command. When it meets an error in them, it closes the connection.
    /// </summary>
    /// <param name="session">The session.</param>
    /// <param name="stream">Its stream.</param>
    /// <param name="defers">Whether the stream keeps the reset, which it must not while a transaction is open.</param>
    /// <param name="endsLimit">Whether a limit of the last holder is ended before.</param>
    /// <param name="resetsRole">Whether the role is reset, too.</param>
    /// <param name="resetsOrigin">Whether the replication origin is reset, too.</param>
    /// <param name="async">Whether answers are awaited.</param>
    internal static async Task ResetNowAsync(
        NpgsqlConnection session, DeferringStream stream, bool defers, bool endsLimit, bool resetsRole, bool resetsOrigin, bool async)
    {
        var connector = ResettableConnectorOf(session);
        await CloseOngoingOperations(connector, async).ConfigureAwait(false);
        if (PendingAnswersOf(connector) > 0)
        {
            if (!IsInTransaction(connector))
            {
                // The answers to the last reset are unread, so the lease has executed nothing.
                if (defers)
                {
                    stream.ThrowIfFailed();
                }
                else
                {
                    stream.SendDeferred();
                }

                return;
            }

            // A transaction was begun, and perhaps no command was executed in it. The driver's Reset would forget the
            // answers that are on their way.
            await RollbackAsync(session, async).ConfigureAwait(false);
        }

        // Otherwise Reset would leave the lease's prepared statements.
        ForgetPreparedStatements(PreparedStatementsOf(connector));
        await Reset(connector, async).ConfigureAwait(false);
        if (session.PostgreSqlVersion >= FirstWithDiscard)
        {
            if (endsLimit)
            {
                // A limit of the last holder could cancel the DISCARD, which gives back the session's own limit.
                Prepend(connector, EndLimitMessage, answers: 2);
            }

            Prepend(connector, DiscardMessage, answers: 2);
        }

        if (resetsRole)
        {
            Prepend(connector, ResetRoleMessage, answers: 2);
        }

        if (resetsOrigin)
        {
            Prepend(connector, ResetOriginMessage, answers: 3);
        }

        // Does not block: the server has read all that was sent before, so the socket's buffer is empty.
        stream.IsKeeping = defers;
        try
        {
            await Flush(connector, async: false, CancellationToken.None).ConfigureAwait(false);
        }
        finally
        {
            stream.IsKeeping = false;
        }
    }

    /// <summary>
    /// Returns whether the session has no open transaction, reader or copy, whose end the server must answer.
    /// </summary>
    internal static bool IsAtRest(NpgsqlConnection session) =>
        session.FullState == System.Data.ConnectionState.Open && ConnectorOf(session) is { } connector && !IsInTransaction(connector);

    /// <summary>Puts a stream between the driver and the server, for what the driver sends.</summary>
    internal static DeferringStream PutStream(NpgsqlConnection session)
    {
        var buffer = WriteBufferOf(ConnectorOf(session) ?? throw new InvalidOperationException("The connection is closed."));
        var stream = new DeferringStream(StreamOf(buffer));
        StreamOf(buffer) = stream;
        return stream;
    }

    /// <summary>Sets the types of an unused session to the types that its data source loaded last.</summary>
    internal static void RefreshTypes(NpgsqlConnection session)
    {
        if (ConnectorOf(session) is not { } connector)
        {
            return;
        }

        var known = TypesOfSession!.GetValue(connector);
        var source = DataSourceOf(connector);
        if (SourceOf(session) is NpgsqlMultiHostDataSource hosts && known is not null && ReferenceEquals(TypesOfSource!.GetValue(hosts), known))
        {
            // With several hosts Npgsql keeps reloaded types per host, where no session finds them (10.0.3).
            TypesOfSource.SetValue(source, known);
        }
        else if (TypesOfSource!.GetValue(source) is { } types && !ReferenceEquals(known, types))
        {
            TypesOfSession.SetValue(connector, types);
        }
    }

    /// <summary>Determines whether the session is in a transaction, as the server reported last.</summary>
    internal static bool HasTransaction(NpgsqlConnection session) => ConnectorOf(session) is { } connector && IsInTransaction(connector);

    /// <summary>Copies the types to a new data source, which then need not load them.</summary>
    internal static void CopyTypes(NpgsqlDataSource from, NpgsqlDataSource to)
    {
        if (from is not NpgsqlMultiHostDataSource && TypesOfSource!.GetValue(from) is { } types)
        {
            TypesOfSource.SetValue(to, types);
            SetBootstrapped(to, true);
        }
    }

    /// <summary>
    /// Detaches a connection from its data source, so that a late holder who opens it again gets no session.
    /// </summary>
    internal static void Detach(NpgsqlConnection session) => SourceOf(session) = s_disposed ?? CreateDisposed();

    private static object ResettableConnectorOf(NpgsqlConnection session)
    {
        var connector = ConnectorOf(session) ?? throw new InvalidOperationException("The connection is closed.");
        return EnlistedTransactionOf(session) is null
            ? connector
            : throw new InvalidOperationException(
                "The connection was returned before the System.Transactions transaction that it is enlisted in has ended. It is closed when the transaction ends.");
    }

    private static async ValueTask RollbackAsync(NpgsqlConnection session, bool async)
    {
        if (async)
        {
            await session.ExecuteAsync(SessionCommands.Rollback, timeout: null, CancellationToken.None).ConfigureAwait(false);
        }
        else
        {
            session.Execute(SessionCommands.Rollback);
        }
    }

    // A query of the simple protocol.
    private static byte[] MessageOf(string text)
    {
        var message = new byte[1 + sizeof(int) + text.Length + 1];
        message[0] = (byte)'Q';
        BinaryPrimitives.WriteInt32BigEndian(message.AsSpan(1), message.Length - 1);
        Encoding.ASCII.GetBytes(text, message.AsSpan(1 + sizeof(int)));
        return message;
    }

    private static NpgsqlDataSource CreateDisposed()
    {
        var source = new NpgsqlDataSourceBuilder("Host=revoked.invalid;Pooling=false").Build();
        source.Dispose();
        return s_disposed = source;
    }

    private static bool Probe()
    {
        try
        {
            using var session = new NpgsqlConnection();
            using var source = new NpgsqlDataSourceBuilder("Host=probe.invalid;Pooling=false").Build();
            SetBootstrapped(source, false);
            return TypesOfSession is not null && TypesOfSource is not null && TypesOfSession.FieldType == TypesOfSource.FieldType
                && ConnectorOf(session) is null && EnlistedTransactionOf(session) is null && SourceOf(session) is null
                && Exists(() => _ = DataSourceOf(null!))
                && Exists(() => SendsReset(null!) = false)
                && Exists(() => GenerateResetMessage(null!))
                && Exists(() => _ = CloseOngoingOperations(null!, async: false).Exception)
                && Exists(() => _ = Reset(null!, async: false).Exception)
                && Exists(() => _ = PendingAnswersOf(null!))
                && Exists(() => _ = IsInTransaction(null!))
                && Exists(() => _ = WriteBufferOf(null!))
                && Exists(() => _ = StreamOf(null!))
                && Exists(() => ForgetPreparedStatements(PreparedStatementsOf(null!)!))
                && Exists(() => ForgetPreparedStatements(null!))
                && Exists(() => Prepend(null!, [], answers: 0))
                && Exists(() => _ = Flush(null!, async: false, CancellationToken.None).Exception);
        }
        catch (Exception exception) when (exception is MissingMemberException or TypeLoadException)
        {
            return false;
        }
    }

    // A member that exists throws because of its argument.
    private static bool Exists(Action call)
    {
        try
        {
            call();
        }
        catch (NullReferenceException)
        {
        }

        return true;
    }

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_Connector")]
    [return: UnsafeAccessorType(ConnectorType)]
    private static extern object? ConnectorOf(NpgsqlConnection session);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_EnlistedTransaction")]
    private static extern Transaction? EnlistedTransactionOf(NpgsqlConnection session);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_dataSource")]
    private static extern ref NpgsqlDataSource? SourceOf(NpgsqlConnection session);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_DataSource")]
    private static extern NpgsqlDataSource DataSourceOf([UnsafeAccessorType(ConnectorType)] object connector);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_sendResetOnClose")]
    private static extern ref bool SendsReset([UnsafeAccessorType(ConnectorType)] object connector);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "GenerateResetMessage")]
    private static extern void GenerateResetMessage([UnsafeAccessorType(ConnectorType)] object connector);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "CloseOngoingOperations")]
    private static extern Task CloseOngoingOperations([UnsafeAccessorType(ConnectorType)] object connector, bool async);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "Reset")]
    private static extern Task Reset([UnsafeAccessorType(ConnectorType)] object connector, bool async);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_PendingPrependedResponses")]
    private static extern int PendingAnswersOf([UnsafeAccessorType(ConnectorType)] object connector);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_InTransaction")]
    private static extern bool IsInTransaction([UnsafeAccessorType(ConnectorType)] object connector);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_WriteBuffer")]
    [return: UnsafeAccessorType(WriteBufferType)]
    private static extern object WriteBufferOf([UnsafeAccessorType(ConnectorType)] object connector);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "<Underlying>k__BackingField")]
    private static extern ref Stream StreamOf([UnsafeAccessorType(WriteBufferType)] object buffer);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_PreparedStatementManager")]
    [return: UnsafeAccessorType(PreparedStatementsType)]
    private static extern object PreparedStatementsOf([UnsafeAccessorType(ConnectorType)] object connector);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "ClearAll")]
    private static extern void ForgetPreparedStatements([UnsafeAccessorType(PreparedStatementsType)] object statements);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "PrependInternalMessage")]
    private static extern void Prepend([UnsafeAccessorType(ConnectorType)] object connector, byte[] message, int answers);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "Flush")]
    private static extern Task Flush([UnsafeAccessorType(ConnectorType)] object connector, bool async, CancellationToken cancellationToken);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "set_IsBootstrapped")]
    private static extern void SetBootstrapped(NpgsqlDataSource source, bool value);
}
