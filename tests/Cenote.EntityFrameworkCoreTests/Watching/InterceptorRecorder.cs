using System.Reflection;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Cenote.EntityFrameworkCoreTests.Watching;

/// <summary>An interceptor of any kind, which changes nothing and records the names of the calls.</summary>
#pragma warning disable CA1852 // DispatchProxy derives a type of it.
internal class InterceptorRecorder : DispatchProxy
#pragma warning restore CA1852
{
    private CallRecorder? _calls;

    public static TInterceptor Create<TInterceptor>(CallRecorder calls)
        where TInterceptor : class, IInterceptor
    {
        var interceptor = Create<TInterceptor, InterceptorRecorder>();
        ((InterceptorRecorder)(object)interceptor)._calls = calls;
        return interceptor;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        _calls!.Note(targetMethod!.Name);
        var index = Array.FindIndex(targetMethod.GetParameters(), static parameter => parameter.Name == "result");
        var result = index < 0 ? null : args![index];
        var type = targetMethod.ReturnType;
        return type == typeof(Task) ? Task.CompletedTask
            : type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ValueTask<>) ? type.GetConstructor(type.GenericTypeArguments)!.Invoke([result])
            : result;
    }
}
