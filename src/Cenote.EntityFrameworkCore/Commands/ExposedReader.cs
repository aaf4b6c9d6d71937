namespace Cenote.EntityFrameworkCore.Commands;

/// <summary>A reader of the pool whose driver's reader was given to EF Core, and the token of its reads.</summary>
internal sealed class ExposedReader(DbDataReader pooled, CancellationToken cancellationToken)
{
    internal DbDataReader Pooled => pooled;

    /// <summary>Gets whether the driver may have sent a cancel while EF Core was reading.</summary>
    internal bool MayHaveSentCancel(DbCommand command, TimeSpan duration) =>
        cancellationToken.IsCancellationRequested
        || (command.CommandTimeout > 0 && duration >= TimeSpan.FromSeconds(command.CommandTimeout));
}
