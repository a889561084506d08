using System.Reflection;
using System.Reflection.Emit;

namespace Orchestrator.LocalEngine;

/// <summary>
/// Emits, once per interface and process, a proxy class and a request class per method: a call is then one allocation
/// of the request with typed fields and one virtual call at the other end, with no boxing and no reflection.
/// </summary>
internal static class ProxyEmitter
{
    private static readonly Lock Gate = new();
    private static readonly Dictionary<Type, Type> Proxies = [];
    private static readonly HashSet<string> Visible = new(StringComparer.Ordinal);
    private static readonly AssemblyBuilder Assembly =
        AssemblyBuilder.DefineDynamicAssembly(new AssemblyName("Orchestrator.LocalEngine.Proxies"), AssemblyBuilderAccess.Run);

    private static readonly ModuleBuilder Module = Assembly.DefineDynamicModule("Proxies");

    internal static Func<GrainClass, string, GrainReference> ForGrain(Type contract) =>
        Factory<Func<GrainClass, string, GrainReference>>(contract, typeof(GrainReference));

    internal static Func<ObserverMailbox, ObserverReference> ForObserver(Type contract) =>
        Factory<Func<ObserverMailbox, ObserverReference>>(contract, typeof(ObserverReference));

    private static TFactory Factory<TFactory>(Type contract, Type parent)
        where TFactory : Delegate
    {
        Type? proxy;
        lock (Gate)
        {
            if (!Proxies.TryGetValue(contract, out proxy))
            {
                proxy = Emit(contract, parent);
                Proxies[contract] = proxy;
            }
        }

        return proxy.GetMethod("Create")!.CreateDelegate<TFactory>();
    }

    private static Type Emit(Type contract, Type parent)
    {
        MakeVisible(typeof(ProxyEmitter).Assembly);
        var methods = GrainMethod.Of(contract).ToList();
        var type = Module.DefineType($"{contract.FullName}.Proxy", TypeAttributes.Public | TypeAttributes.Sealed, parent);
        type.AddInterfaceImplementation(contract);
        var constructor = EmitConstructor(type, parent);
        EmitCreate(type, constructor, parent);
        for (var i = 0; i < methods.Count; i++)
        {
            MakeVisible(methods[i].Info.DeclaringType!.Assembly);
            var request = RequestEmitter.Emit(Module, $"{contract.FullName}.{methods[i].Name}.{i}", methods[i], MakeVisible);
            EmitCall(type, parent, methods[i], request);
        }

        MakeVisible(contract.Assembly);
        return type.CreateType();
    }

    private static ConstructorBuilder EmitConstructor(TypeBuilder type, Type parent)
    {
        var inherited = parent.GetConstructors(BindingFlags.NonPublic | BindingFlags.Instance)[0];
        var parameters = inherited.GetParameters().Select(parameter => parameter.ParameterType).ToArray();
        var constructor = type.DefineConstructor(MethodAttributes.Public, CallingConventions.Standard, parameters);
        var il = constructor.GetILGenerator();
        for (short i = 0; i <= parameters.Length; i++)
        {
            il.Emit(OpCodes.Ldarg, i);
        }

        il.Emit(OpCodes.Call, inherited);
        il.Emit(OpCodes.Ret);
        return constructor;
    }

    private static void EmitCreate(TypeBuilder type, ConstructorBuilder constructor, Type parent)
    {
        var parameters = parent.GetConstructors(BindingFlags.NonPublic | BindingFlags.Instance)[0]
            .GetParameters().Select(parameter => parameter.ParameterType).ToArray();
        var create = type.DefineMethod("Create", MethodAttributes.Public | MethodAttributes.Static, parent, parameters);
        var il = create.GetILGenerator();
        for (short i = 0; i < parameters.Length; i++)
        {
            il.Emit(OpCodes.Ldarg, i);
        }

        il.Emit(OpCodes.Newobj, constructor);
        il.Emit(OpCodes.Ret);
    }

    private static void EmitCall(TypeBuilder type, Type parent, GrainMethod method, RequestEmitter.Emitted request)
    {
        var info = method.Info;
        var parameters = info.GetParameters().Select(parameter => parameter.ParameterType).ToArray();
        var implementation = type.DefineMethod(
            $"{info.DeclaringType!.FullName}.{info.Name}",
            MethodAttributes.Private | MethodAttributes.Virtual | MethodAttributes.Final | MethodAttributes.HideBySig
                | MethodAttributes.NewSlot,
            info.ReturnType,
            parameters);
        var il = implementation.GetILGenerator();
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Newobj, request.Constructor);
        for (var i = 0; i < parameters.Length; i++)
        {
            il.Emit(OpCodes.Dup);
            il.Emit(OpCodes.Ldarg, (short)(i + 1));
            il.Emit(OpCodes.Stfld, request.Arguments[i]);
        }

        il.Emit(OpCodes.Call, method.Result is { } result
            ? parent.GetMethod(nameof(GrainReference.CallFor))!.MakeGenericMethod(result)
            : parent.GetMethod(nameof(GrainReference.Call))!);
        if (info.ReturnType == typeof(void))
        {
            il.Emit(OpCodes.Pop);
        }
        else if (info.ReturnType.IsValueType)
        {
            var task = method.Result is null ? typeof(Task) : typeof(Task<>).MakeGenericType(method.Result);
            il.Emit(OpCodes.Newobj, info.ReturnType.GetConstructor([task])!);
        }

        il.Emit(OpCodes.Ret);
        type.DefineMethodOverride(implementation, info);
    }

    /// <summary>Lets the emitted code see internal types of an assembly, as DispatchProxy does.</summary>
    private static void MakeVisible(Assembly assembly)
    {
        var name = assembly.GetName().Name!;
        if (Visible.Add(name))
        {
            var constructor = typeof(System.Runtime.CompilerServices.IgnoresAccessChecksToAttribute).GetConstructors()[0];
            Assembly.SetCustomAttribute(new CustomAttributeBuilder(constructor, [name]));
        }
    }
}
