namespace Orchestrator.EngineIo;

/// <summary>How the bytes of a connection travel at present.</summary>
internal interface IEngineIoTransport
{
    /// <summary>Writes frames; false when another transport has come in its place before they left.</summary>
    ValueTask<bool> Write(ReadOnlyMemory<byte> frames);

    /// <summary>Tells the client why, if it listens, and ends the transport within a second.</summary>
    void Close(Ending ending);
}
