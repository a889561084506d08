using System.Reflection;
using System.Reflection.Emit;

namespace Orchestrator.LocalEngine;

/// <summary>Emits the class of a method's requests: a field per argument, and the call.</summary>
internal static class RequestEmitter
{
    internal sealed record Emitted(ConstructorInfo Constructor, FieldInfo[] Arguments);

    internal static Emitted Emit(ModuleBuilder module, string name, GrainMethod method, Action<Assembly> makeVisible)
    {
        var parent = method.Result is null ? typeof(VoidRequest) : typeof(Request<>).MakeGenericType(method.Result);
        var type = module.DefineType(name, TypeAttributes.Public | TypeAttributes.Sealed, parent);
        var parameters = method.Info.GetParameters();
        foreach (var seen in parameters.Select(parameter => parameter.ParameterType).Append(method.Info.ReturnType))
        {
            makeVisible(seen.Assembly);
            foreach (var argument in seen.GetGenericArguments())
            {
                makeVisible(argument.Assembly);
            }
        }

        var arguments = parameters
            .Select((parameter, i) => type.DefineField($"Argument{i}", parameter.ParameterType, FieldAttributes.Public))
            .ToArray();
        EmitConstructor(type, parent);
        EmitMethod(type);
        EmitInvoke(type, method.Info, arguments);
        if (arguments.Length > 0)
        {
            EmitCopyArguments(type, arguments);
        }

        var emitted = type.CreateType();
        emitted.GetField("TheMethod")!.SetValue(null, method);
        return new Emitted(
            emitted.GetConstructors()[0],
            [.. arguments.Select(argument => emitted.GetField(argument.Name)!)]);
    }

    private static void EmitConstructor(TypeBuilder type, Type parent)
    {
        var inherited = parent.GetConstructors(BindingFlags.NonPublic | BindingFlags.Public | BindingFlags.Instance)[0];
        var il = type.DefineConstructor(MethodAttributes.Public, CallingConventions.Standard, []).GetILGenerator();
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Call, inherited);
        il.Emit(OpCodes.Ret);
    }

    private static void EmitMethod(TypeBuilder type)
    {
        var field = type.DefineField("TheMethod", typeof(GrainMethod), FieldAttributes.Public | FieldAttributes.Static);
        var il = Override(type, "get_Method", typeof(GrainMethod));
        il.Emit(OpCodes.Ldsfld, field);
        il.Emit(OpCodes.Ret);
    }

    private static void EmitInvoke(TypeBuilder type, MethodInfo method, FieldBuilder[] arguments)
    {
        var il = Override(type, nameof(Request.Invoke), typeof(Task), typeof(object));
        il.Emit(OpCodes.Ldarg_1);
        il.Emit(OpCodes.Castclass, method.DeclaringType!);
        foreach (var argument in arguments)
        {
            il.Emit(OpCodes.Ldarg_0);
            il.Emit(OpCodes.Ldfld, argument);
        }

        il.Emit(OpCodes.Callvirt, method);
        if (method.ReturnType == typeof(void))
        {
            il.Emit(OpCodes.Call, typeof(Task).GetProperty(nameof(Task.CompletedTask))!.GetMethod!);
        }
        else if (method.ReturnType.IsValueType)
        {
            var returned = il.DeclareLocal(method.ReturnType);
            il.Emit(OpCodes.Stloc, returned);
            il.Emit(OpCodes.Ldloca, returned);
            il.Emit(OpCodes.Call, method.ReturnType.GetMethod(nameof(ValueTask.AsTask))!);
        }

        il.Emit(OpCodes.Ret);
    }

    private static void EmitCopyArguments(TypeBuilder type, FieldBuilder[] arguments)
    {
        var il = Override(type, nameof(Request.CopyArguments), typeof(void), typeof(MessageCopier));
        foreach (var argument in arguments)
        {
            il.Emit(OpCodes.Ldarg_0);
            il.Emit(OpCodes.Ldarg_1);
            il.Emit(OpCodes.Ldarg_0);
            il.Emit(OpCodes.Ldfld, argument);
            il.Emit(OpCodes.Call, typeof(MessageCopier).GetMethod(nameof(MessageCopier.Copy))!.MakeGenericMethod(argument.FieldType));
            il.Emit(OpCodes.Stfld, argument);
        }

        il.Emit(OpCodes.Ret);
    }

    private static ILGenerator Override(TypeBuilder type, string name, Type returned, params Type[] parameters) =>
        type.DefineMethod(
            name, MethodAttributes.Public | MethodAttributes.Virtual | MethodAttributes.HideBySig, returned, parameters)
            .GetILGenerator();
}
