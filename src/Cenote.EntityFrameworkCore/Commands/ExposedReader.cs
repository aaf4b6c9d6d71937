namespace Cenote.EntityFrameworkCore.Commands;

/// <summary>The pool's reader whose driver's reader EF Core was given, and the token that it reads with.</summary>
internal sealed class ExposedReader(DbDataReader pooled, CancellationToken cancellationToken)
{
    internal DbDataReader Pooled => pooled;

    /// <summary>Whether the driver may have asked the server to end the command while EF Core was reading.</summary>
    internal bool MayHaveSentCancel(DbCommand command, TimeSpan duration) =>
        cancellationToken.IsCancellationRequested
        || (command.CommandTimeout > 0 && duration >= TimeSpan.FromSeconds(command.CommandTimeout));
}
