//! React Aria's controls in the console's clothes.

import { X } from "lucide-react";
import type { ComponentProps, ReactNode } from "react";
import {
  Button as AriaButton,
  type ButtonProps as AriaButtonProps,
  Dialog as AriaDialog,
  Heading,
  Input,
  Label,
  Menu as AriaMenu,
  MenuItem as AriaMenuItem,
  type MenuItemProps,
  MenuTrigger,
  Modal,
  ModalOverlay,
  Popover,
  SearchField as AriaSearchField,
  Text,
  TextArea,
  TextField as AriaTextField,
  Tooltip,
  TooltipTrigger,
} from "react-aria-components";

const KINDS = {
  primary: "bg-accent text-on-accent border-accent hover:bg-accent-strong hover:border-accent-strong font-medium",
  secondary: "bg-raised text-fg border-line-strong hover:bg-hover",
  danger: "bg-raised text-danger border-danger hover:bg-danger-fill font-medium",
  quiet: "bg-transparent text-fg border-transparent hover:bg-hover",
};

export interface ButtonProps extends Omit<AriaButtonProps, "className" | "style"> {
  kind?: keyof typeof KINDS;
  className?: string;
  icon?: ReactNode;
}

export function Button({ kind = "secondary", className = "", icon, children, ...props }: ButtonProps) {
  return (
    <AriaButton
      {...props}
      className={`inline-flex h-7 shrink-0 items-center justify-center gap-1.5 rounded-control border px-2.5 text-body whitespace-nowrap transition-colors duration-100 disabled:opacity-50 pressed:opacity-80 ${KINDS[kind]} ${className}`}
    >
      {(state) => (
        <>
          {icon}
          {typeof children === "function" ? children(state) : children}
        </>
      )}
    </AriaButton>
  );
}

/** The part of a query of pages that tells whether there are more, and gets them. */
interface Pages {
  hasNextPage: boolean;
  isFetchingNextPage: boolean;
  fetchNextPage: () => Promise<unknown>;
}

/** Gets the next page of a list, as long as there is one. */
export function More({ pages, children }: { pages: Pages; children: ReactNode }) {
  if (!pages.hasNextPage) return null;
  return (
    <div className="flex justify-center p-3">
      <Button isDisabled={pages.isFetchingNextPage} onPress={() => void pages.fetchNextPage()}>
        {children}
      </Button>
    </div>
  );
}

/** A button of a picture alone: its name is the label, and a tooltip shows it. */
export function IconButton({
  label,
  shortcut,
  className = "",
  children,
  ...props
}: Omit<ButtonProps, "kind" | "icon" | "children"> & { label: string; shortcut?: string; children: ReactNode }) {
  return (
    <TooltipTrigger delay={400} closeDelay={50}>
      <AriaButton
        {...props}
        aria-label={label}
        className={`inline-flex size-7 shrink-0 items-center justify-center rounded-control text-muted hover:bg-hover hover:text-fg disabled:opacity-40 ${className}`}
      >
        {children}
      </AriaButton>
      <Tip>
        {label}
        {shortcut && <Key>{shortcut}</Key>}
      </Tip>
    </TooltipTrigger>
  );
}

export function Tip({ children, placement = "bottom" }: { children: ReactNode; placement?: ComponentProps<typeof Tooltip>["placement"] }) {
  return (
    <Tooltip
      offset={6}
      placement={placement ?? "bottom"}
      className="enter flex max-w-80 items-center gap-2 rounded-control border border-line bg-raised px-2 py-1 text-meta text-fg shadow-pop"
    >
      {children}
    </Tooltip>
  );
}

/** A key of the keyboard. */
export function Key({ children }: { children: ReactNode }) {
  return <kbd className="rounded-control border border-line bg-sunken px-1 text-caption text-muted">{children}</kbd>;
}

export function Menu({
  label,
  trigger,
  children,
  onAction,
}: {
  label: string;
  trigger: ReactNode;
  children: ReactNode;
  onAction: (key: string) => void;
}) {
  return (
    <MenuTrigger>
      {trigger}
      <Popover placement="bottom end" offset={4} className="enter min-w-44 rounded-panel border border-line bg-raised p-1 shadow-pop">
        <AriaMenu aria-label={label} className="outline-none" onAction={(key) => onAction(String(key))}>
          {children}
        </AriaMenu>
      </Popover>
    </MenuTrigger>
  );
}

export function MenuItem({ children, danger, ...props }: Omit<MenuItemProps, "children" | "className"> & { children: ReactNode; danger?: boolean }) {
  return (
    <AriaMenuItem
      {...props}
      className={`flex h-7 items-center gap-2 rounded-control px-2 text-body outline-none focus:bg-hover disabled:opacity-50 ${danger ? "text-danger" : "text-fg"}`}
    >
      {children}
    </AriaMenuItem>
  );
}

export function SearchField({
  label,
  value,
  onChange,
  className = "",
  inputRef,
}: {
  label: string;
  value: string;
  onChange: (text: string) => void;
  className?: string;
  inputRef?: React.Ref<HTMLInputElement>;
}) {
  return (
    <AriaSearchField aria-label={label} value={value} onChange={onChange} className={`group relative ${className}`}>
      <Input
        ref={inputRef ?? null}
        placeholder={label}
        className="h-7 w-full rounded-control border border-line-strong bg-raised pr-7 pl-2.5 text-body placeholder:text-muted [&::-webkit-search-cancel-button]:hidden"
      />
      <AriaButton className="absolute top-1 right-1 flex size-5 items-center justify-center rounded-control text-muted group-data-[empty]:hidden hover:bg-hover">
        <X size={12} aria-hidden />
      </AriaButton>
    </AriaSearchField>
  );
}

export function TextField({
  label,
  value,
  onChange,
  help,
  error,
  placeholder,
  lines,
  mono,
  autoFocus,
  type,
}: {
  label: string;
  value: string;
  onChange: (text: string) => void;
  help?: ReactNode;
  error?: string | null;
  placeholder?: string;
  lines?: number;
  mono?: boolean;
  autoFocus?: boolean;
  type?: string;
}) {
  const input = `w-full rounded-control border border-line-strong bg-canvas px-2.5 placeholder:text-muted data-[invalid]:border-danger ${mono ? "font-mono text-meta" : "text-body"}`;
  return (
    <AriaTextField
      value={value}
      onChange={onChange}
      isInvalid={Boolean(error)}
      autoFocus={autoFocus ?? false}
      type={type ?? "text"}
      className="flex flex-col gap-1"
    >
      <Label className="text-meta font-medium">{label}</Label>
      {lines ? (
        <TextArea rows={lines} placeholder={placeholder ?? ""} spellCheck={false} className={`${input} resize-y py-1.5`} />
      ) : (
        <Input placeholder={placeholder ?? ""} spellCheck={false} autoComplete="off" className={`${input} h-7`} />
      )}
      {error ? (
        <Text slot="description" className="text-meta text-danger">
          {error}
        </Text>
      ) : (
        help && (
          <Text slot="description" className="reduced-text">
            {help}
          </Text>
        )
      )}
    </AriaTextField>
  );
}

/** A dialog in the middle of the page. It is open while it is there. */
export function Dialog({
  title,
  onClose,
  children,
  footer,
  wide,
}: {
  title: string;
  onClose: () => void;
  children: ReactNode;
  footer?: ReactNode;
  wide?: boolean;
}) {
  return (
    <ModalOverlay
      isOpen
      isDismissable
      onOpenChange={(open) => !open && onClose()}
      className="fixed inset-0 z-30 flex items-start justify-center overflow-auto bg-scrim px-4 pt-[8vh] pb-8"
    >
      <Modal className={`enter w-full ${wide ? "max-w-3xl" : "max-w-lg"} rounded-panel border border-line bg-raised shadow-pop`}>
        <AriaDialog className="flex max-h-[84vh] flex-col outline-none">
          <div className="flex items-center justify-between border-b border-line px-4 py-3">
            <Heading slot="title" className="text-section font-semibold">
              {title}
            </Heading>
            <IconButton label="Close" onPress={onClose}>
              <X size={16} aria-hidden />
            </IconButton>
          </div>
          <div className="min-h-0 overflow-auto px-4 py-4" tabIndex={-1}>
            {children}
          </div>
          {footer && <div className="flex items-center justify-end gap-2 border-t border-line px-4 py-3">{footer}</div>}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}
