namespace Yadokari.Rpc.State.Coding;

/// <summary><see cref="ReferenceCodec{T}"/> without its type, for the queues.</summary>
internal interface IObjectCodec
{
    void WriteObject(CarriedWriter writer, object value);

    void FillObject(CarriedReader reader, object value);

    void AdoptObject(CarriedReader reader, object value);
}
