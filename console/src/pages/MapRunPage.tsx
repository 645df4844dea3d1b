export default function Page({ arn }: { arn: string }) { return arn; }
