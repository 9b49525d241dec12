import { useEffect, useRef } from "preact/hooks";

interface Props {
  track: MediaStreamTrack;
  label: string;
  mirrored?: boolean;
}

/** A picture without its sound, which has an element of its own (see Sounds). */
export function Video({ track, label, mirrored }: Props) {
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    const element = video.current;
    if (!element) return;
    element.srcObject = new MediaStream([track]);
    void element.play().catch(() => undefined); // muted pictures may always play; a second try comes with the next track
    return () => {
      element.srcObject = null;
    };
  }, [track]);
  return <video ref={video} class={mirrored ? "mirror" : ""} aria-label={label} autoplay muted playsInline disablePictureInPicture />;
}
