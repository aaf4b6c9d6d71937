using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Cenote.EntityFrameworkCore.Connections;

/// <summary>
/// An aggregator that puts <see cref="ConnectionSupplier"/> around the user's interceptors of connections instead of
/// among them. With several interceptors, EF Core 10 notifies none of them of a cancelled opening.
/// </summary>
internal sealed class ConnectionAggregator(IInterceptorAggregator aggregator) : IInterceptorAggregator
{
    private ConnectionSupplier? _supplier;

    public Type InterceptorType => aggregator.InterceptorType;

    /// <summary>Returns the aggregator itself for other kinds of interceptors.</summary>
    internal static IInterceptorAggregator Over(IInterceptorAggregator aggregator) =>
        aggregator.InterceptorType == typeof(IDbConnectionInterceptor) ? new ConnectionAggregator(aggregator) : aggregator;

    public IInterceptor AggregateInterceptors(IReadOnlyList<IInterceptor> interceptors) =>
        _supplier ??= new ConnectionSupplier((IDbConnectionInterceptor?)aggregator.AggregateInterceptors(interceptors));
}
