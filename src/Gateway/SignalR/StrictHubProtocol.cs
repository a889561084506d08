using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Unicode;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;
using Microsoft.Extensions.Options;
using Orchestrator.Api;

namespace Orchestrator.SignalR;

/// <summary>
/// SignalR's JSON protocol, except that a call which cannot be bound (no such command, a parameter that is missing, unknown or of a wrong type, a message nested too deep)
/// becomes a call of <see cref="OrchestratorHub.Refuse"/>, so that it is answered with a code and a sentence like any other. What is no message at all ends the connection.
/// </summary>
public sealed class StrictHubProtocol(IOptions<JsonHubProtocolOptions> options) : IHubProtocol
{
    private const byte RecordSeparator = 0x1e;
    private const int RecoverDepthMax = 1_000_000;

    private readonly JsonHubProtocol _inner = new(options);

    public string Name => _inner.Name;

    public int Version => _inner.Version;

    public TransferFormat TransferFormat => _inner.TransferFormat;

    public bool IsVersionSupported(int version) => _inner.IsVersionSupported(version);

    public void WriteMessage(HubMessage message, IBufferWriter<byte> output) => _inner.WriteMessage(message, output);

    public ReadOnlyMemory<byte> GetMessageBytes(HubMessage message) => _inner.GetMessageBytes(message);

    public bool TryParseMessage(ref ReadOnlySequence<byte> input, IInvocationBinder binder, [NotNullWhen(true)] out HubMessage? message)
    {
        message = null;
        var before = input;
        if (before.PositionOf(RecordSeparator) is not { } end)
        {
            return false;
        }

        try
        {
            DemandUtf8(before.Slice(0, end));
            if (!_inner.TryParseMessage(ref input, binder, out message))
            {
                // A type that nobody knows is passed over, as a ping is; left where it is, it would block what follows.
                message = PingMessage.Instance;
            }
        }
        catch (Exception e) when (e is InvalidDataException or JsonException or InvalidOperationException)
        {
            message = Recover(before, ref input)
                ?? throw new InvalidDataException($"{(int)RefusalCode.BadRequest} badRequest: a message is not JSON as this protocol has it.", e);
            return true;
        }

        message = message switch
        {
            InvocationBindingFailureMessage failure => Refusing(failure.InvocationId, failure.Target, Sentence(failure.BindingFailure.SourceException)),
            InvocationMessage call when !OrchestratorHub.Commands.Contains(call.Target) => Refusing(call.InvocationId, call.Target, ""),
            _ => message,
        };
        return true;
    }

    /// <summary>A payload is passed on unread, and who receives text that is no UTF-8 ends its connection: a sender must not do that to others.</summary>
    private static void DemandUtf8(ReadOnlySequence<byte> frame)
    {
        if (!Utf8.IsValid(frame.IsSingleSegment ? frame.FirstSpan : frame.ToArray()))
        {
            throw new InvalidDataException("A message is not UTF-8.");
        }
    }

    private static InvocationMessage Refusing(string? invocationId, string target, string sentence) =>
        OrchestratorHub.Commands.Contains(target)
            ? new InvocationMessage(invocationId, nameof(OrchestratorHub.Refuse), [RefusalCode.BadRequest, sentence])
            : new InvocationMessage(invocationId, nameof(OrchestratorHub.Refuse), [RefusalCode.UnknownCommand, "There is no such command."]);

    /// <summary>What binding says, without the names of our types.</summary>
    private static string Sentence(Exception failure)
    {
        for (var e = failure; e is not null; e = e.InnerException)
        {
            if (e is JsonException json)
            {
                return JsonSentences.Of(json);
            }
        }

        return failure is InvalidDataException or HubException ? failure.Message : "The parameters do not fit the command.";
    }

    /// <summary>A call that the inner protocol could not read, but whose id can be found, is answered; null for anything else.</summary>
    private static InvocationMessage? Recover(ReadOnlySequence<byte> before, ref ReadOnlySequence<byte> input)
    {
        if (before.PositionOf(RecordSeparator) is not { } end)
        {
            return null;
        }

        var frame = before.Slice(0, end);
        try
        {
            var (id, target) = ReadEnvelope(frame);
            if (target is null)
            {
                return null;
            }

            input = before.Slice(before.GetPosition(1, end));
            return Refusing(id, target, "The parameters are nested too deep or are not valid JSON.");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static (string? InvocationId, string? Target) ReadEnvelope(ReadOnlySequence<byte> frame)
    {
        var reader = new Utf8JsonReader(frame, new JsonReaderOptions { MaxDepth = RecoverDepthMax });
        string? id = null;
        string? target = null;
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isId = reader.ValueTextEquals("invocationId"u8);
            var isTarget = reader.ValueTextEquals("target"u8);
            reader.Read();
            if ((isId || isTarget) && reader.TokenType == JsonTokenType.String)
            {
                (id, target) = isId ? (reader.GetString(), target) : (id, reader.GetString());
            }

            reader.Skip();
        }

        return (id, target);
    }
}
