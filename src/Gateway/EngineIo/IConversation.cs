namespace Orchestrator.EngineIo;

/// <summary>What is spoken over one Engine.IO connection. It is called by one at a time.</summary>
public interface IConversation
{
    /// <summary>A text message has come; the next message waits until this is done. The text must not be used after the call has returned its task.</summary>
    Task Text(ReadOnlySpan<byte> message);

    /// <summary>A binary message has come, whose bytes may be kept; the next message waits until this is done.</summary>
    Task Binary(byte[] message);

    /// <summary>The connection is gone. Called once, and last.</summary>
    Task Ended();
}
