using System.Reflection;

namespace Orchestrator.LocalEngine;

/// <summary>What the engine knows of a method of a grain's or an observer's interface; made once for each.</summary>
internal sealed class GrainMethod
{
    private GrainMethod(MethodInfo method, bool isObserver)
    {
        Info = method;
        Name = $"{method.DeclaringType!.Name}.{method.Name}";
        var returned = method.ReturnType;
        Result = returned.IsGenericType ? returned.GetGenericArguments()[0] : null;
        IsOneWay = isObserver || (Result is null && method.IsDefined(typeof(OneWayAttribute)));
        AlwaysInterleaves = method.IsDefined(typeof(AlwaysInterleaveAttribute));
    }

    internal MethodInfo Info { get; }

    internal string Name { get; }

    /// <summary>The type inside of the returned task; null when there is none.</summary>
    internal Type? Result { get; }

    internal bool IsOneWay { get; }

    internal bool AlwaysInterleaves { get; }

    /// <summary>All methods of an interface and those it inherits.</summary>
    /// <exception cref="InvalidOperationException">One of them cannot be called as a message.</exception>
    internal static IEnumerable<GrainMethod> Of(Type contract)
    {
        var isObserver = contract.IsAssignableTo(typeof(IGrainObserver));
        return contract.GetInterfaces().Prepend(contract)
            .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance))
            .Where(method => method.IsAbstract)
            .Select(method => Checked(method, isObserver));
    }

    private static GrainMethod Checked(MethodInfo method, bool isObserver)
    {
        var fault = Fault(method, isObserver);
        return fault is null
            ? new GrainMethod(method, isObserver)
            : throw new InvalidOperationException($"{method.DeclaringType}.{method.Name} {fault}.");
    }

    private static string? Fault(MethodInfo method, bool isObserver)
    {
        if (method.IsGenericMethodDefinition)
        {
            return "is generic; a message cannot be";
        }

        if (method.GetParameters().Any(parameter => parameter.ParameterType.IsByRef))
        {
            return "has a parameter by reference; a message has values only";
        }

        var returned = method.ReturnType;
        if (isObserver)
        {
            return returned == typeof(void) || returned == typeof(Task) || returned == typeof(ValueTask)
                ? null
                : $"returns {returned.Name}; a method of an observer returns void or Task";
        }

        var shape = returned.IsGenericType ? returned.GetGenericTypeDefinition() : returned;
        if (shape != typeof(Task) && shape != typeof(Task<>) && shape != typeof(ValueTask) && shape != typeof(ValueTask<>))
        {
            return $"returns {returned.Name}; a grain's method returns Task, Task<T>, ValueTask or ValueTask<T>";
        }

        return method.IsDefined(typeof(OneWayAttribute)) && returned.IsGenericType
            ? "is one way and returns a value that nobody would get"
            : null;
    }
}
