using System.Reflection;
using Microsoft.Extensions.DependencyInjection;

namespace Orchestrator.LocalEngine;

/// <summary>Calls the constructor of a grain class with its states and services.</summary>
internal sealed class GrainConstructor
{
    private readonly ConstructorInvoker _invoker;
    private readonly Func<GrainId, List<IActivatedState>, object?>[] _arguments;
    private readonly GrainClass _class;

    internal GrainConstructor(GrainClass grainClass)
    {
        _class = grainClass;
        var constructors = grainClass.Type.GetConstructors();
        if (constructors.Length != 1)
        {
            throw new InvalidOperationException(
                $"{grainClass.Type} has {constructors.Length} public constructors; a grain has one.");
        }

        _invoker = ConstructorInvoker.Create(constructors[0]);
        _arguments = [.. constructors[0].GetParameters().Select(Argument)];
    }

    internal Grain Construct(GrainId grainId, List<IActivatedState> states) =>
        (Grain)_invoker.Invoke([.. _arguments.Select(argument => argument(grainId, states))]);

    private Func<GrainId, List<IActivatedState>, object?> Argument(ParameterInfo parameter) =>
        parameter.GetCustomAttribute<PersistentStateAttribute>() is { } state
            ? State(parameter, state)
            : (_, _) => Service(parameter);

    private Func<GrainId, List<IActivatedState>, object?> State(ParameterInfo parameter, PersistentStateAttribute attribute)
    {
        if (!parameter.ParameterType.IsGenericType
            || parameter.ParameterType.GetGenericTypeDefinition() != typeof(IPersistentState<>))
        {
            throw new InvalidOperationException(
                $"{_class.Type}: [PersistentState] {parameter.Name} is a {parameter.ParameterType.Name}, no IPersistentState.");
        }

        var services = _class.Engine.Services;
        var storage = attribute.StorageName is { } name
            ? services.GetKeyedService<IGrainStorage>(name)
            : services.GetService<IGrainStorage>();
        if (storage is null)
        {
            throw new InvalidOperationException(attribute.StorageName is null
                ? $"{_class.Type} keeps state, and no IGrainStorage is registered."
                : $"{_class.Type} keeps state in \"{attribute.StorageName}\", and no IGrainStorage is registered by that name.");
        }

        var stateType = typeof(PersistentState<>).MakeGenericType(parameter.ParameterType.GetGenericArguments());
        var constructor = ConstructorInvoker.Create(
            stateType.GetConstructors(BindingFlags.NonPublic | BindingFlags.Public | BindingFlags.Instance)[0]);
        return (grainId, states) =>
        {
            var made = constructor.Invoke(storage, attribute.StateName, grainId);
            states.Add((IActivatedState)made);
            return made;
        };
    }

    private object? Service(ParameterInfo parameter)
    {
        var services = _class.Engine.Services;
        if (parameter.GetCustomAttribute<FromKeyedServicesAttribute>() is { } keyed)
        {
            return services.GetRequiredKeyedService(parameter.ParameterType, keyed.Key);
        }

        return parameter.HasDefaultValue
            ? services.GetService(parameter.ParameterType) ?? parameter.DefaultValue
            : services.GetRequiredService(parameter.ParameterType);
    }
}
