namespace Cenote.EntityFrameworkCore.Configuration;

internal static class ServiceWrapping
{
    /// <summary>Wraps a service that the database's provider has registered.</summary>
    internal static void Wrap<TService>(this IServiceCollection services, Func<IServiceProvider, TService, TService> wrap)
        where TService : class
    {
        // UseConnectionPool requires an earlier relational provider, and every relational provider registers these
        // services.
        var inner = services.Last(descriptor => descriptor.ServiceType == typeof(TService));
        Replace(services, inner, wrap);
    }

    /// <summary>Wraps every registration of a service.</summary>
    internal static void WrapEach<TService>(this IServiceCollection services, Func<TService, TService> wrap)
        where TService : class
    {
        foreach (var inner in services.Where(descriptor => descriptor.ServiceType == typeof(TService)).ToList())
        {
            Replace<TService>(services, inner, (_, service) => wrap(service));
        }
    }

    private static void Replace<TService>(IServiceCollection services, ServiceDescriptor inner, Func<IServiceProvider, TService, TService> wrap)
        where TService : class =>
        services[services.IndexOf(inner)] =
            new ServiceDescriptor(typeof(TService), provider => wrap(provider, Create<TService>(provider, inner)), inner.Lifetime);

    private static TService Create<TService>(IServiceProvider provider, ServiceDescriptor descriptor) =>
        (TService)(descriptor.ImplementationInstance
            ?? descriptor.ImplementationFactory?.Invoke(provider)
            ?? ActivatorUtilities.CreateInstance(provider, descriptor.ImplementationType!));
}
