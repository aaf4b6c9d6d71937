using Cenote.Providers;

namespace Cenote.ClusterLab.Clients;

/// <summary>Why a client got no answer.</summary>
/// <param name="Exception">What it caught.</param>
/// <param name="Kind">In a word or two.</param>
/// <param name="WasSent">Whether the server may have done it all the same.</param>
/// <param name="IsUnclear">Whether it is neither the pool's exception nor the driver's.</param>
internal sealed record Failure(Exception Exception, string Kind, bool WasSent, bool IsUnclear)
{
    internal static Failure Of(Exception exception, DatabaseProvider provider, bool isOpen)
    {
        var isDrivers = exception is DbException && exception is not PoolException;
        var name = isDrivers ? provider.ClassifyFailure(exception).ToString() : exception.GetType().Name.Replace("Exception", "", StringComparison.Ordinal);
        return new Failure(exception, (isOpen ? "statement: " : "") + name, isOpen, !isDrivers && exception is not PoolException);
    }
}
